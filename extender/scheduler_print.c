/* SPDX-License-Identifier: Apache-2.0 */
/* The entry for kube-scheduler's file, each line of it with its reason. */
#include "extender/scheduler_config.h"

#include <string.h>

static const char head[] =
    "# For kube-scheduler's --config. Made by `mullion-extender print-scheduler-config`%s.\n"
    "# Add what your own has: leader election, profiles.\n"
    "apiVersion: kubescheduler.config.k8s.io/v1\n"
    "kind: KubeSchedulerConfiguration\n"
    "# With --config, --kubeconfig on the command line is ignored. Without these two lines the API\n"
    "# server is found only as a Pod with a ServiceAccount, which kubeadm's static Pod has not.\n"
    "# clientConnection:\n"
    "#   kubeconfig: /etc/kubernetes/scheduler.conf\n"
    "# All nodes are looked at. By default kube-scheduler stops at 5 to 50 %% of them, before it\n"
    "# asks extenders: when those all have the wrong OS, the Pod waits though others would do.\n"
    "percentageOfNodesToScore: 100\n"
    "extenders:\n"
    "%s%s"
    "- urlPrefix: %s\n"
    "  filterVerb: filter\n"
    "  prioritizeVerb: prioritize\n"
    "  # Without it Pods are evicted from nodes that cannot run the new one.\n"
    "  preemptVerb: preempt\n"
    "  # 13 times 100 outweighs all default plugins together, 1,200.\n"
    "  weight: 13\n"
    "  # Names go over the wire, not whole nodes; and whole nodes that come back lose their Pods in\n"
    "  # kube-scheduler's scores.\n"
    "  nodeCacheCapable: true\n"
    "  # Answers take a millisecond. Every Pod waits so long while the extender hangs.\n"
    "  httpTimeout: 500ms\n";

static const char everywhere[] =
    "# The extender listens on all addresses: put in the one that kube-scheduler reaches it at.\n";

static const char some_port[] =
    "# The port is 0, whichever is free: give the extender one (listen.port), and put it in here.\n";

static const char tls[] =
    "  # Without caFile any server would be believed; certFile and keyFile say who asks.\n"
    "  enableHTTPS: true\n"
    "  tlsConfig:\n"
    "    # serverName: the name in the certificate, where urlPrefix has another\n"
    "    caFile: /etc/kubernetes/mullion/ca.crt\n"
    "    certFile: /etc/kubernetes/mullion/scheduler.crt\n"
    "    keyFile: /etc/kubernetes/mullion/scheduler.key\n";

static const char trying[] =
    "  # While the extender does not answer, Pods are scheduled without it, on any OS. For trying it\n"
    "  # out, with `mode: observe`; to enforce: print-scheduler-config --fail-closed.\n"
    "  ignorable: true\n";

static const char closed[] =
    "  # While no extender answers, no Pod is scheduled at all, the extender's own included. Wants\n"
    "  # one beside each kube-scheduler, started before it, or two replicas that are reached\n"
    "  # without a new Pod being scheduled. The way back: `ignorable: true`.\n"
    "  ignorable: false\n";

char *ext_scheduler_print(const ext_config *config, bool fail_closed)
{
    const char *address = config->listen_address;
    const bool v6 = strchr(address, ':') != NULL, encrypts = *config->tls_certificate != '\0';
    const bool all = strcmp(address, "0.0.0.0") == 0 || strcmp(address, "::") == 0;
    if (all)
        address = v6 ? "::1" : "127.0.0.1";
    g_autofree char *url = g_strdup_printf("%s://%s%s%s:%d%s",
                                           encrypts ? "https" : "http",
                                           v6 ? "[" : "",
                                           address,
                                           v6 ? "]" : "",
                                           (int)config->listen_port,
                                           config->url_prefix);
    g_autofree char *start = g_strdup_printf(head,
                                             fail_closed ? " --fail-closed" : "",
                                             all ? everywhere : "",
                                             config->listen_port == 0 ? some_port : "",
                                             url);
    return g_strconcat(start, encrypts ? tls : "", fail_closed ? closed : trying, NULL);
}
