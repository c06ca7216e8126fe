/* SPDX-License-Identifier: Apache-2.0 */
/* Everything that is answered. A verb of kube-scheduler that is not here gets 404, which it
 * reports by name: better than an answer to a question that was not understood. */
#include "extender/service.h"

const mn_http_route ext_routes[] = {
    {"POST", "/filter", ext_handle_filter, .under_prefix = true, .takes_json = true},
    {"POST", "/prioritize", ext_handle_prioritize, .under_prefix = true, .takes_json = true},
    {"POST", "/preempt", ext_handle_preempt, .under_prefix = true, .takes_json = true},
    {"GET", "/healthz", ext_handle_healthz, .under_prefix = false, .takes_json = false},
    {"GET", "/readyz", ext_handle_readyz, .under_prefix = false, .takes_json = false},
    {"GET", "/metrics", ext_handle_metrics, .under_prefix = false, .takes_json = false},
    {"GET", "/version", ext_handle_version, .under_prefix = false, .takes_json = false},
};
const size_t ext_route_count = G_N_ELEMENTS(ext_routes);
