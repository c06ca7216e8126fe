/* SPDX-License-Identifier: Apache-2.0 */
/* Where the extender listens: for kube-scheduler, and apart from that, when the configuration
 * says so, for kubelet's probes and Prometheus. */
#ifndef EXT_LISTENERS_H
#define EXT_LISTENERS_H

#include "extender/service.h"
#include "mullion/httpd/tls.h"

typedef struct ext_listeners ext_listeners;

/* Listens from now on. `config` is that of the start: nothing of this changes by a reload.
 * Errors name the key and the remedy: plain HTTP beyond loopback, certificates that will not
 * do, an address in use. The service is borrowed. */
ext_listeners *ext_listeners_open(ext_service *service, const ext_config *config,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Would it, as far as can be said without listening? */
bool ext_listeners_check(const ext_config *config, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Of 127.0.0.0/8, or ::1; a name is no address. */
bool ext_is_loopback(const char *address);

/* For kube-scheduler; and for probes, 0 when that is the same. */
uint16_t ext_listeners_port(const ext_listeners *self);
uint16_t ext_listeners_admin_port(const ext_listeners *self);

/* Reads certificates that have changed; what is wrong with them is logged, and those in use
 * stay. Milliseconds until it should be called again; 0: never. Of one thread. */
int64_t ext_listeners_look(ext_listeners *self);

/* Answers what has begun. False when that took longer than `drain_ms`. Once. */
bool ext_listeners_drain(ext_listeners *self, int64_t drain_ms);

/* NULL-safe. */
void ext_listeners_free(ext_listeners *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ext_listeners, ext_listeners_free)

#endif
