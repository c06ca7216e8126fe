/* SPDX-License-Identifier: Apache-2.0 */
/* Everything that is answered, and on which listener. A verb of kube-scheduler that is not here
 * gets 404, which it reports by name: better than an answer to a question that was not
 * understood. What stands outside the prefix says nothing that is secret, but names of Pods. */
#include "extender/service.h"

static const struct {
    const char *method, *path;
    mn_http_handler handle;
    unsigned listeners;
} routes[] = {
    {"POST", "/filter", ext_handle_filter, EXT_LISTENS_VERBS},
    {"POST", "/prioritize", ext_handle_prioritize, EXT_LISTENS_VERBS},
    {"POST", "/preempt", ext_handle_preempt, EXT_LISTENS_VERBS},
    {"GET", "/healthz", ext_handle_livez, EXT_LISTENS_ADMIN},
    {"GET", "/livez", ext_handle_livez, EXT_LISTENS_ADMIN},
    {"GET", "/readyz", ext_handle_readyz, EXT_LISTENS_ADMIN},
    {"GET", "/metrics", ext_handle_metrics, EXT_LISTENS_ADMIN},
    {"GET", "/explain", ext_handle_explain, EXT_LISTENS_ADMIN},
    {"GET", "/version", ext_handle_version, EXT_LISTENS_ADMIN},
};
_Static_assert(G_N_ELEMENTS(routes) <= EXT_ROUTES_MAX, "EXT_ROUTES_MAX is too small");

size_t ext_routes_of(unsigned listeners, mn_http_route out[EXT_ROUTES_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(routes); i++) {
        bool is_verb = routes[i].listeners == EXT_LISTENS_VERBS;
        if ((routes[i].listeners & listeners) == 0)
            continue;
        out[count++] = (mn_http_route){.method = routes[i].method,
                                       .path = routes[i].path,
                                       .handle = routes[i].handle,
                                       .under_prefix = is_verb,
                                       .takes_json = is_verb};
    }
    return count;
}
