/* SPDX-License-Identifier: Apache-2.0 */
/* The cluster as an API server tells of it, one that fails in every way of faults.def in turn. */
#ifndef TESTS_SOAK_API_SERVER_H
#define TESTS_SOAK_API_SERVER_H

#include "tests/soak/cluster.h"

typedef enum api_fault {
#define FAULT(id, where, what) FAULT_##id,
#include "tests/soak/faults.def"
#undef FAULT
    FAULTS,
} api_fault;

typedef struct api_server api_server;

api_server *api_server_start(const cluster *of);
void api_server_free(api_server *self);
char *api_server_url(const api_server *self);

/* Quiet: no faults but those under way. */
void api_server_quiet(api_server *self, bool quiet);
/* The cluster's version that the last LIST told of, or tells of. */
size_t api_server_listed(const api_server *self);

size_t api_server_connections(const api_server *self); /* open now */
uint64_t api_server_faults(const api_server *self, api_fault fault);
const char *api_fault_name(api_fault fault);
/* How many kinds of faults there have been. */
size_t api_server_kinds(const api_server *self);
uint64_t api_server_total(const api_server *self);

#endif
