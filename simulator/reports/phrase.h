/* SPDX-License-Identifier: Apache-2.0 */
/* Counts and amounts in words. Every function appends. */
#ifndef SIMULATOR_PHRASE_H
#define SIMULATOR_PHRASE_H

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

/* "1 Pod", "2 Pods"; a noun that is a Kubernetes kind gets its plural ("RuntimeClasses"). */
void mn_phrase_count(GString *out, size_t count, const char *noun);

/* "2.25", "0.1": milli-CPU as cores. */
void mn_phrase_cpu(GString *out, int64_t milli_cpu);

/* "5.1Gi", "300Mi", "0": three digits at most. */
void mn_phrase_memory(GString *out, int64_t bytes);

#endif
