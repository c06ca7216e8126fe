/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files of core/cluster. */
#ifndef CORE_CLUSTER_NODE_INFO_H
#define CORE_CLUSTER_NODE_INFO_H

#include "mullion/cluster/node_info.h"

mn_node_info *mn_node_info_new(void);

#endif
