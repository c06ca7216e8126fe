/* SPDX-License-Identifier: Apache-2.0 */
/* GET /explain?pod=namespace/name: what was decided about a Pod, and why, group of nodes by
 * group of nodes. Without a Pod: whom there is something to say about. */
#include "extender/service.h"
#include "extender/stamp.h"

#include <string.h>

enum { DECISIONS_MAX = 20, PODS_MAX = 200 };

static void write_group(mn_json_writer *json, const ext_group *group)
{
    g_autoptr(GString) offer = g_string_new(NULL);
    const mn_os_verdict *verdict = &group->verdict;
    if (group->offer.os == MN_OS_UNKNOWN)
        g_string_assign(offer, "not among the nodes that are known, or no sign of an OS on it");
    else
        mn_os_offer_why(&group->offer, offer);
    mn_json_begin_object(json);
    mn_json_member_int(json, "nodes", group->nodes);
    mn_json_member_string(json, "offer", offer->str);
    mn_json_member_bool(json, "passes", verdict->passes);
    if (verdict->passes != verdict->would_pass)
        mn_json_member_bool(json, "wouldPass", verdict->would_pass);
    if (verdict->reason != MN_REASON_NONE)
        mn_json_member_string(json, "reason", mn_os_reason_text(verdict->reason));
    mn_json_member_int(json, "score", verdict->score);
    mn_json_end_object(json);
}

static void write_outcome(mn_json_writer *json, const ext_record *record)
{
    mn_json_member_int(json, "nodesIn", record->nodes_in);
    mn_json_member_int(json, "nodesOut", record->nodes_out);
    mn_json_member_string(json, "needs", mn_os_need_name(record->need));
    mn_json_member_string(json, "why", record->why);
    mn_json_key(json, "groups");
    mn_json_begin_array(json);
    for (uint32_t i = 0; i < record->group_count; i++)
        write_group(json, &record->groups[i]);
    mn_json_end_array(json);
    if (record->groups_left_out > 0)
        mn_json_member_int(json, "groupsLeftOut", record->groups_left_out);
}

typedef struct listing {
    mn_json_writer *json;
    GHashTable *seen; /* Pods, in a list of them */
    size_t count;
} listing;

static bool write_record(const ext_record *record, void *data)
{
    listing *to = data;
    mn_json_writer *json = to->json;
    char time[EXT_STAMP_TEXT];
    mn_json_begin_object(json);
    mn_json_member_string(json, "time", ext_stamp(record->at_ms, time));
    mn_json_member_string(json, "verb", ext_verb_name(record->verb));
    mn_json_member_string(json, "uid", record->uid);
    mn_json_member_string(json, "mode", mn_os_mode_name(record->mode));
    if (record->exempt != EXT_EXEMPT_NO)
        mn_json_member_string(json, "exempt", ext_exempt_name(record->exempt));
    if (record->trust != EXT_TRUST_FRESH)
        mn_json_member_string(json, "cache", ext_trust_name(record->trust));
    if (record->conflict)
        mn_json_member_bool(json, "conflict", true);
    if (record->failed)
        mn_json_member_string(json, "error", record->why);
    else
        write_outcome(json, record);
    mn_json_member_int(json, "us", record->took_us);
    mn_json_end_object(json);
    return ++to->count < DECISIONS_MAX;
}

static bool write_pod(const ext_record *record, void *data)
{
    listing *to = data;
    if (!g_hash_table_add(to->seen, g_strdup(record->pod)))
        return true;
    mn_json_string(to->json, record->pod);
    return ++to->count < PODS_MAX;
}

static void reply_with(const mn_http_request *request, mn_http_reply *reply,
                       const mn_json_writer *json)
{
    const mn_str written = mn_json_writer_text(json);
    mn_str *text = MN_ARENA_NEW(request->arena, mn_str, 1);
    *text = (mn_str){.ptr = mn_arena_strndup(request->arena, written.ptr, written.len),
                     .len = written.len};
    reply->spans = text;
    reply->count = 1;
}

static void list_pods(ext_recent *recent, mn_json_writer *json)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    listing to = {.json = json, .seen = seen};
    mn_json_key(json, "pods");
    mn_json_begin_array(json);
    ext_recent_each(recent, NULL, write_pod, &to);
    mn_json_end_array(json);
}

static size_t list_decisions(ext_recent *recent, const char *pod, mn_json_writer *json)
{
    g_autofree char *full =
        strchr(pod, '/') != NULL ? g_strdup(pod) : g_strconcat("default/", pod, NULL);
    listing to = {.json = json};
    mn_json_member_string(json, "pod", full);
    mn_json_key(json, "decisions");
    mn_json_begin_array(json);
    ext_recent_each(recent, full, write_record, &to);
    mn_json_end_array(json);
    return to.count;
}

void ext_handle_explain(const mn_http_request *request, mn_http_reply *reply, void *data)
{
    ext_service *service = data;
    const char *pod = mn_http_request_find(request, "pod");
    g_auto(mn_json_writer) json;
    mn_json_writer_init(&json, MN_JSON_PRETTY);
    mn_json_begin_object(&json);
    if (pod == NULL)
        list_pods(service->recent, &json);
    else if (list_decisions(service->recent, pod, &json) == 0)
        reply->status = 404;
    mn_json_end_object(&json);
    reply_with(request, reply, &json);
}
