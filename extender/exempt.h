/* SPDX-License-Identifier: Apache-2.0 */
/* Pods that the configuration takes out of the extender's hands. */
#ifndef EXT_EXEMPT_H
#define EXT_EXEMPT_H

#include "extender/config.h"
#include "mullion/model/pod.h"

typedef enum ext_exempt {
    EXT_EXEMPT_NO,
    EXT_EXEMPT_OWN, /* of this extender */
    EXT_EXEMPT_NAMESPACE,
    EXT_EXEMPT_LABEL,
    EXT_EXEMPT_ANNOTATION,
    EXT_EXEMPT_DAEMON_SET, /* daemonSets: pass */
} ext_exempt;

enum { EXT_EXEMPTS = EXT_EXEMPT_DAEMON_SET + 1 };

/* "no", "own", "namespace", ... */
const char *ext_exempt_name(ext_exempt by);

/* All but the last one, which the OS policy finds. */
ext_exempt ext_exempt_of(const ext_config *config, const mn_meta *pod);

#endif
