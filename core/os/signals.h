/* SPDX-License-Identifier: Apache-2.0 */
/* Private to core/os: how a signal hands in what it found.
 *
 * Every reader is called once for the Pod (container NULL), then once for each init
 * container and container.
 */
#ifndef MN_CORE_OS_SIGNALS_H
#define MN_CORE_OS_SIGNALS_H

#include "mullion/os/evidence.h"

typedef struct mn_collector {
    const mn_os_input *in;
    mn_os_findings *out;
    const mn_os_signal *signal; /* whose reader runs */
    mn_os_scope scope;
    size_t container;
    bool openshift;                  /* an SCC has filled in security settings */
    bool linux_fields;               /* fields that only Linux has, beside runAsUserName */
    mn_os_evidence own[MN_OS_COUNT]; /* best of the container at hand */
} mn_collector;

/* Takes in `found`; signal, scope and container are filled in. */
void mn_os_emit(mn_collector *collector, const mn_os_evidence *found);

/* Builds the node's own build must be among; images' builds. Both bounded. */
void mn_os_demand_selector_builds(mn_collector *collector, const mn_os_evidence *by);
void mn_os_demand_image_builds(mn_collector *collector, const mn_os_evidence *by);

/* Does the text hold this word, in letters and digits, whatever its case? */
bool mn_os_has_word(mn_str text, const char *word);

#define SIGNAL(rank, name, id, reads, trust, caveat) \
    void mn_os_read_##name(mn_collector *collector, const mn_container *container);
#include "core/os/signals.def"
#undef SIGNAL

/* Fields that Windows lacks and that nobody sets on every Pod alike (what Pod
 * Security restricted demands does not count). */
bool mn_os_sets_linux_fields(const mn_pod_spec *spec);

/* nodeSelector of a RuntimeClass, for mn_os_read_runtime_class. */
void mn_os_read_class_selector(mn_collector *collector, const mn_labels *selector);

#endif
