/* Options of tables that are not served, and are refused by their names. */
#include "services/dynamodb/tables/tables.h"

/* 0 when none of the options is given. */
static int refuse(struct call *call, const char *const *names, const bool *given, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (given[i])
			return fail(call, &aws_validation_exception,
				"One or more parameter values were invalid: %s is not served here",
				names[i]);
	return 0;
}

int check_create_options(struct call *call, const struct dynamodb_create_table_input *in)
{
	static const char *const names[] = { "WarmThroughput", "GlobalTableSourceArn",
		"GlobalTableSettingsReplicationMode", "VectorIndexes" };
	bool warm = in->warm_throughput != NULL;
	for (size_t i = 0; i < in->global_secondary_indexes.n; i++)
		warm |= in->global_secondary_indexes.v[i].warm_throughput != NULL;
	bool given[] = { warm, in->global_table_source_arn.p != NULL,
		in->global_table_settings_replication_mode.p != NULL,
		in->vector_indexes.v != NULL };
	return refuse(call, names, given, COUNT_OF(names));
}

int check_update_options(struct call *call, const struct dynamodb_update_table_input *in)
{
	static const char *const names[] = { "WarmThroughput", "ReplicaUpdates",
		"MultiRegionConsistency", "GlobalTableWitnessUpdates",
		"GlobalTableSettingsReplicationMode", "VectorIndexUpdates",
		"DisassociationProtectionEnabled" };
	bool warm = in->warm_throughput != NULL;
	for (size_t i = 0; i < in->global_secondary_index_updates.n; i++) {
		const struct dynamodb_global_secondary_index_update *u =
			&in->global_secondary_index_updates.v[i];
		warm |= (u->create && u->create->warm_throughput) ||
			(u->update && u->update->warm_throughput);
	}
	bool given[] = { warm, in->replica_updates.v != NULL,
		in->multi_region_consistency.p != NULL, in->global_table_witness_updates.v != NULL,
		in->global_table_settings_replication_mode.p != NULL,
		in->vector_index_updates.v != NULL, in->disassociation_protection_enabled.v };
	return refuse(call, names, given, COUNT_OF(names));
}
