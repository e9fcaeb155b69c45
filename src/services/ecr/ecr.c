/* ECR: osls asks for a service's repository when it removes the service. There is none. */
#include "services/ecr/ecr.h"
#include "api/ecr.h"
#include "aws/call.h"
#include "base/mem.h"

int ecr_describe_repositories(struct call *call, const struct ecr_describe_repositories_input *in,
	struct ecr_describe_repositories_output *out)
{
	struct str account = in->registry_id.p ? in->registry_id : call->identity.account;
	if (in->repository_names.n > 0)
		return fail(call, &ecr_repository_not_found_exception,
			"The repository with name '%.*s' does not exist in the registry with id '%.*s'",
			STR_ARG(in->repository_names.v[0]), STR_ARG(account));
	out->repositories.v = ARENA_NEW(call->arena, struct ecr_repository);
	return 0;
}

const struct service ecr_service = { .api = &ecr_api };
