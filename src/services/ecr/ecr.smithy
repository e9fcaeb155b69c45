$version: "2"

// ECR, as far as deploy tools ask: there are no repositories of images here, and that is what they are told.
namespace com.amazonaws.ecr

/// Tells deploy tools that there are no repositories of images.
@service(sdkId: "ECR", endpointPrefix: "api.ecr")
@sigv4(name: "ecr")
@awsJson1_1
service AmazonEC2ContainerRegistry_V20150921 { version: "2015-09-21" }

/// Lists the repositories: none; one that is asked for by name is not found.
@readonly
@action("ecr:DescribeRepositories")
operation DescribeRepositories {
    input := {
        registryId: RegistryId
        repositoryNames: RepositoryNameList
        nextToken: String
        maxResults: MaxResults
    }
    output := { repositories: RepositoryList, nextToken: String }
    errors: [RepositoryNotFoundException]
}

@pattern("[0-9]{12}") string RegistryId
@length(min: 1, max: 100) list RepositoryNameList { member: RepositoryName }
@length(min: 2, max: 256)
@pattern("[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*(\\/[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*)*")
string RepositoryName
@range(min: 1, max: 1000) integer MaxResults
list RepositoryList { member: Repository }
structure Repository {
    repositoryArn: String
    registryId: String
    repositoryName: String
    repositoryUri: String
}

@error("client") structure RepositoryNotFoundException { message: String }
