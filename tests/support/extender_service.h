/* SPDX-License-Identifier: Apache-2.0 */
/* The extender's handlers without a server around them. */
#ifndef TESTS_SUPPORT_EXTENDER_SERVICE_H
#define TESTS_SUPPORT_EXTENDER_SERVICE_H

#include "extender/service.h"
#include "mullion/wire/preempt_wire.h"

typedef struct extender_service {
    ext_service service;
    ext_config *config; /* the first one */
    char *log_path;     /* what it logs */
    int log_fd;
} extender_service;

/* `config` is the text of a configuration file. Ends the program when it is wrong. */
extender_service *extender_service_new(const char *config);
void extender_service_free(extender_service *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(extender_service, extender_service_free)

/* The body of the answer, in the arena; its status is 200. */
mn_str extender_service_ask(extender_service *self, mn_arena *arena, const char *verb, mn_str body);

/* The same for answers of any status, which is returned. */
unsigned extender_service_try(extender_service *self, mn_arena *arena, const char *verb,
                              mn_str body, mn_str *answer);

/* What has been logged so far; ends the log. The caller frees. */
char *extender_service_end_log(extender_service *self);

/* "b a c" -> "a b c": sorted, one blank between. In the arena. */
const char *sorted_words(mn_arena *arena, const mn_str *words, size_t count);

/* The names of the nodes that a filter's answer keeps, sorted; "error: ..." when it is one. */
const char *kept_nodes(mn_arena *arena, mn_str answer);

/* "a(uid uid)/0 b(uid)/2": nodes, UIDs of victims, disruption budgets violated; sorted. */
const char *victims_text(mn_arena *arena, const mn_wire_victims *items, size_t count);

/* Writes a file in a new folder of its own, which is gone when the program ends. The
 * caller frees the path. */
char *write_temporary(const char *name, const char *text);

/* A folder with the nodes and RuntimeClasses of the recorded Windows cluster. The caller
 * frees the path. */
char *captured_cluster(void);

#endif
