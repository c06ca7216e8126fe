/* SPDX-License-Identifier: Apache-2.0 */
/* What a Pod needs, what a node offers, and whether the two go together.
 *
 * Truth tables: docs/OS-POLICY.md. Everything here is a function of its arguments.
 */
#ifndef MN_POLICY_H
#define MN_POLICY_H

#include "mullion/model/node.h"
#include "mullion/os/evidence.h"

/* When decisive or strong evidence for one OS meets medium or better for the other. */
typedef enum mn_os_on_conflict {
    MN_ON_CONFLICT_HONOUR, /* the better evidence wins, the other is reported */
    MN_ON_CONFLICT_REFUSE, /* the Pod fits nowhere */
} mn_os_on_conflict;

typedef enum mn_os_daemon_sets {
    MN_DAEMON_SETS_ENFORCE, /* as any other Pod: the pinned Pod stays Pending */
    MN_DAEMON_SETS_PASS,    /* let through, and reported */
} mn_os_daemon_sets;

/* All zero is "nothing configured"; mn_os_policy_default is what is documented. */
typedef struct mn_os_policy {
    mn_os default_os;            /* UNKNOWN: let such Pods pass, but prefer Linux */
    mn_build_rule build_rule;    /* AUTO: each node's containerd tells */
    mn_build_rule fallback_rule; /* under AUTO, where the runtime does not tell; never AUTO */
    mn_os_on_conflict on_conflict;
    mn_os_daemon_sets daemon_sets;
    mn_os_image_map image_map;
    mn_strings hypervisor_handlers;
} mn_os_policy;

extern const mn_os_policy mn_os_policy_default;

/* "honour", "refuse"; "enforce", "pass". */
const char *mn_os_on_conflict_name(mn_os_on_conflict value);
const char *mn_os_daemon_sets_name(mn_os_daemon_sets value);

typedef enum mn_os_need_kind {
    MN_NEED_UNKNOWN, /* no strong signal, and defaultOS is unknown */
    MN_NEED_LINUX,
    MN_NEED_WINDOWS,
    MN_NEED_MIXED,         /* containers of both OSes: fits nowhere */
    MN_NEED_CONTRADICTORY, /* decisive signals against each other: fits nowhere */
} mn_os_need_kind;

enum { MN_NEED_KINDS = MN_NEED_CONTRADICTORY + 1 };

/* Borrows strings from what it was made of. */
typedef struct mn_os_need {
    mn_os_need_kind kind;
    bool by_default;         /* no strong signal: defaultOS decided */
    bool conflict;           /* `against` is medium or better, but was overruled */
    bool daemon_set, exempt; /* exempt: a DaemonSet's Pod that is let through */
    bool host_process;       /* the build of the image does not matter */
    bool hyperv;             /* older images run as well */
    mn_build_set selector_builds;
    mn_build_set image_builds[MN_OS_BUILD_SETS];
    size_t image_build_count;
    mn_win_version image_version;
    mn_os_evidence evidence; /* what decided; signal NULL: nothing did */
    mn_os_evidence against;  /* the best that says otherwise; signal NULL: nothing does */
    mn_os_evidence build_by; /* what named builds */
} mn_os_need;

/* `input` as for mn_os_collect; its image_map and hypervisor_handlers may be NULL and
 * are then the policy's. `findings` is scratch, and what the need was made of. */
void mn_os_need_of(const mn_os_policy *policy, const mn_os_input *input, mn_os_findings *findings,
                   mn_os_need *out);

/* The need that findings amount to. */
void mn_os_need_conclude(const mn_os_policy *policy, const mn_os_findings *findings,
                         bool daemon_set, mn_os_need *out);

const char *mn_os_need_name(mn_os_need_kind kind);
bool mn_os_need_wants_build(const mn_os_need *need);

typedef enum mn_os_build_source {
    MN_BUILD_FROM_NOTHING,
    MN_BUILD_FROM_LABEL,
    MN_BUILD_FROM_KERNEL,
    MN_BUILD_FROM_OS_IMAGE,
} mn_os_build_source;

/* Plain numbers: does not borrow from the node. */
typedef struct mn_os_offer {
    mn_os os;
    mn_win_version version; /* build 0: not known */
    mn_build_rule rule;     /* never AUTO */
    mn_os_build_source source;
    bool rule_from_runtime; /* else configured */
    uint16_t label_build;   /* what the label says, when the kernel says otherwise; else 0 */
} mn_os_offer;

mn_os_offer mn_os_offer_of(const mn_os_policy *policy, const mn_node *node);

/* Offers that every need sees alike have the same key. */
uint64_t mn_os_offer_key(const mn_os_offer *offer);

typedef enum mn_os_fit {
    MN_FIT_RUNS,
    MN_FIT_UNKNOWN, /* the node or the Pod says too little: let through */
    MN_FIT_WRONG_OS,
    MN_FIT_WRONG_BUILD,
    MN_FIT_MIXED,
    MN_FIT_CONTRADICTORY,
} mn_os_fit;

enum { MN_FITS = MN_FIT_CONTRADICTORY + 1 };

typedef struct mn_os_match {
    mn_os_fit fit;
    bool compatible; /* RUNS, but on a host of another build than the image's */
} mn_os_match;

mn_os_match mn_os_match_of(const mn_os_need *need, const mn_os_offer *offer);
const char *mn_os_fit_name(mn_os_fit fit);

/* One line each, for logs and `explain`, without a full stop:
 * "needs windows 10.0.17763: spec.containers[0].image ... says ltsc2019 (strong)"
 * "offers windows 10.0.17763, rule exact (containerd): node label says ..."
 * "wrong build: an image of 10.0.17763 does not run on 10.0.20348 (rule abi-1)" */
void mn_os_need_why(const mn_os_need *need, GString *out);
void mn_os_offer_why(const mn_os_offer *offer, GString *out);
void mn_os_match_why(const mn_os_need *need, const mn_os_offer *offer, GString *out);

#endif
