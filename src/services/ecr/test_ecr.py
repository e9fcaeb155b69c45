"""ECR has no repositories. (Amazon ECR API Reference, DescribeRepositories.)"""

import pytest


def test_no_repositories(client):
    assert client("ecr").describe_repositories()["repositories"] == []
    with pytest.raises(client("ecr").exceptions.RepositoryNotFoundException, match="'images/shop' does not exist"):
        client("ecr").describe_repositories(repositoryNames=["images/shop"])
