/* SPDX-License-Identifier: Apache-2.0 */
/* How to reach an API server, and as whom.
 *
 * From a kubeconfig, from what a Pod finds in its container, or from a plain URL. What is secret
 * (tokens, passwords, keys) stands in no error of anything here.
 * https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/
 */
#ifndef MN_ACCESS_H
#define MN_ACCESS_H

#include "mullion/base/arena.h"
#include "mullion/base/error.h"
#include "mullion/base/str.h"
#include "mullion/text/source.h"

#include <glib.h>
#include <stdbool.h>

/* Lives in its arena; NULL: not given. Files are read when a connection or a request is made, so
 * that a renewed one counts. */
typedef struct mn_kube_access {
    const char *server;      /* "https://10.0.0.1:6443/prefix", without a slash at the end */
    const char *server_name; /* asked for and verified in place of the URL's host */
    bool insecure;           /* believes any certificate */
    const char *ca_file;     /* PEM */
    mn_str ca;               /* PEM; wins over the file, as the two below do */
    const char *cert_file, *key_file;
    mn_str cert, key;
    const char *token_file; /* wins over the token */
    const char *token;
    const char *user, *password;
    const char
        *from; /* where this stands, for people: "context admin@prod of /root/.kube/config" */
} mn_kube_access;

/* What a kubeconfig says, in `context`; NULL or "": in its current-context. Names of files in it
 * are relative to the folder of `source->name`. Errors: SYNTAX, SCHEMA, LIMIT with their place;
 * UNKNOWN (no such context, cluster or user, or a way to log in that is not supported: exec,
 * auth-provider, impersonation, proxy-url), with what to do instead. */
const mn_kube_access *mn_kubeconfig_load(mn_arena *arena, const mn_source *source,
                                         const char *context,
                                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What a Pod has: KUBERNETES_SERVICE_HOST and _PORT as the caller found them in its environment
 * (NULL: not set), token and ca.crt in `folder` (MN_KUBE_FOLDER). Errors: IO. */
#define MN_KUBE_FOLDER "/var/run/secrets/kubernetes.io/serviceaccount"
const mn_kube_access *mn_kube_access_in_cluster(mn_arena *arena, const char *host, const char *port,
                                                const char *folder,
                                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* "http://127.0.0.1:8001", as of `kubectl proxy`: nobody in particular. Errors: SCHEMA. */
const mn_kube_access *mn_kube_access_of_url(mn_arena *arena, const char *url,
                                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The files it names are there and may be read; whatever stands in them. Errors: IO. */
bool mn_kube_access_is_readable(const mn_kube_access *access,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
