/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/explain/pick.h"

#include "mullion/base/error.h"
#include "mullion/text/read.h"

#include <string.h>

enum { NAMED_MAX = 5 };

/* As kubectl abbreviates kinds; plurals are the same with an "s". */
static const struct {
    const char *word, *kind;
} short_kinds[] = {
    {"cj", "CronJob"},
    {"deploy", "Deployment"},
    {"ds", "DaemonSet"},
    {"po", "Pod"},
    {"rc", "ReplicationController"},
    {"rs", "ReplicaSet"},
    {"sts", "StatefulSet"},
};

static bool is_kind(const char *kind, const char *word, size_t len)
{
    for (size_t i = 0; i < G_N_ELEMENTS(short_kinds); i++) {
        if (strlen(short_kinds[i].word) == len && strncmp(short_kinds[i].word, word, len) == 0)
            return strcmp(short_kinds[i].kind, kind) == 0;
    }
    size_t known = strlen(kind);
    bool plural = len == known + 1 && g_ascii_tolower(word[known]) == 's';
    return (len == known || plural) && g_ascii_strncasecmp(kind, word, known) == 0;
}

/* What the text may mean; the parts that it does not name are NULL. */
typedef struct meaning {
    const char *namespace_, *name;
    const char *kind;
    size_t kind_len;
} meaning;

static bool is_meant(const mn_record *record, const mn_record_pod *pod, const meaning *m,
                     bool whole)
{
    const mn_record_workload *workload = &record->workloads[pod->workload];
    if (m->namespace_ != NULL && strcmp(m->namespace_, pod->namespace_) != 0)
        return false;
    if (m->kind != NULL && is_kind("Pod", m->kind, m->kind_len))
        return strcmp(pod->name, m->name) == 0;
    if (m->kind != NULL)
        return is_kind(workload->kind, m->kind, m->kind_len) &&
               strcmp(workload->name, m->name) == 0;
    return whole ? strcmp(pod->name, m->name) == 0 : g_str_has_prefix(pod->name, m->name);
}

/* Indexes of Pods. */
static GArray *find(const mn_record *record, const meaning *m, bool whole)
{
    GArray *found = g_array_new(FALSE, FALSE, sizeof(size_t));
    for (size_t i = 0; i < record->pod_count; i++) {
        if (is_meant(record, &record->pods[i], m, whole))
            g_array_append_val(found, i);
    }
    return found;
}

/* ---- the most telling */

static int urgency(const mn_record_pod *pod)
{
    if (mn_fate_is_misplaced(pod->fate))
        return 2;
    return pod->fate == MN_FATE_RUNS ? 0 : 1;
}

static const mn_record_pod *most_telling(const mn_record *record, const GArray *found)
{
    const mn_record_pod *best = NULL;
    for (guint i = 0; i < found->len; i++) {
        const mn_record_pod *pod = &record->pods[g_array_index(found, size_t, i)];
        if (best == NULL || urgency(pod) > urgency(best))
            best = pod;
    }
    return best;
}

/* "deployment/web", with the namespace where that alone would not do. */
static const char *designation(mn_arena *arena, const mn_record *record, const mn_record_pod *pod)
{
    const mn_record_workload *workload = &record->workloads[pod->workload];
    g_autofree char *kind = g_ascii_strdown(workload->kind, -1);
    for (size_t i = 0; i < record->workload_count; i++) {
        const mn_record_workload *other = &record->workloads[i];
        if (other != workload && strcmp(other->kind, workload->kind) == 0 &&
            strcmp(other->name, workload->name) == 0)
            return mn_arena_printf(arena, "%s/%s/%s", workload->namespace_, kind, workload->name);
    }
    return mn_arena_printf(arena, "%s/%s", kind, workload->name);
}

const char *mn_pick_telling(mn_arena *arena, const mn_record *record)
{
    const mn_record_pod *best = NULL;
    for (size_t i = 0; i < record->pod_count; i++) {
        const mn_record_pod *pod = &record->pods[i];
        if (pod->fate != MN_FATE_REJECTED && urgency(pod) > 0 &&
            (best == NULL || urgency(pod) > urgency(best)))
            best = pod;
    }
    return best == NULL ? NULL : designation(arena, record, best);
}

static bool is_one_workload(const mn_record *record, const GArray *found)
{
    for (guint i = 1; i < found->len; i++) {
        if (record->pods[g_array_index(found, size_t, i)].workload !=
            record->pods[g_array_index(found, size_t, 0)].workload)
            return false;
    }
    return found->len > 0;
}

static const char *say_which(mn_arena *arena, const mn_record *record, const mn_record_pod *pod,
                             size_t count)
{
    static const char *const words[] = {"first", "first that does not run", "first misplaced"};
    const mn_record_workload *workload = &record->workloads[pod->workload];
    if (count == 1)
        return "";
    return mn_arena_printf(arena,
                           "the %s of the %zu Pods of %s/%s",
                           words[urgency(pod)],
                           count,
                           workload->kind,
                           workload->name);
}

/* ---- errors */

static void append_name(GString *out, const mn_record_pod *pod)
{
    g_string_append_printf(out, "%s/%s", pod->namespace_, pod->name);
}

static void complain_of_many(const mn_record *record, const char *text, const GArray *found,
                             GError **error)
{
    g_autoptr(GString) names = g_string_new(NULL);
    for (guint i = 0; i < found->len && i < NAMED_MAX; i++) {
        g_string_append(names, i == 0 ? "" : ", ");
        append_name(names, &record->pods[g_array_index(found, size_t, i)]);
    }
    if (found->len > NAMED_MAX)
        g_string_append_printf(names, " and %u more", found->len - NAMED_MAX);
    g_set_error(error,
                MN_ERROR,
                MN_ERROR_UNKNOWN,
                "\"%s\" could be %u Pods: %s",
                text,
                found->len,
                names->str);
}

/* The name itself, with its namespace, and its workload: whichever was tried. */
static const char *nearest_of(mn_arena *arena, const mn_record *record, const char *text)
{
    GPtrArray *names = g_ptr_array_new();
    for (size_t i = 0; i < record->pod_count && i < 5000; i++) {
        const mn_record_pod *pod = &record->pods[i];
        g_ptr_array_add(names, (gpointer)(uintptr_t)pod->name);
        g_ptr_array_add(
            names,
            (gpointer)(uintptr_t)mn_arena_printf(arena, "%s/%s", pod->namespace_, pod->name));
    }
    for (size_t i = 0; i < record->workload_count && i < 5000; i++) {
        const mn_record_workload *workload = &record->workloads[i];
        g_ptr_array_add(names, (gpointer)(uintptr_t)workload->name);
        g_autofree char *kind = g_ascii_strdown(workload->kind, -1);
        g_ptr_array_add(names,
                        (gpointer)(uintptr_t)mn_arena_printf(arena, "%s/%s", kind, workload->name));
    }
    const char *nearest = mn_nearest(text, (const char *const *)names->pdata, names->len);
    g_ptr_array_unref(names);
    return nearest;
}

static const mn_record_workload *empty_workload(const mn_record *record, const meaning *m)
{
    for (size_t i = 0; i < record->workload_count; i++) {
        const mn_record_workload *workload = &record->workloads[i];
        bool named = strcmp(workload->name, m->name) == 0 &&
                     (m->namespace_ == NULL || strcmp(workload->namespace_, m->namespace_) == 0);
        if (named && workload->pod_count == 0 &&
            (m->kind == NULL || is_kind(workload->kind, m->kind, m->kind_len)))
            return workload;
    }
    return NULL;
}

static void complain_of_none(mn_arena *arena, const mn_record *record, const char *text,
                             GError **error)
{
    g_autoptr(GString) rest = g_string_new(NULL);
    const char *nearest = nearest_of(arena, record, text);
    if (nearest != NULL)
        g_string_append_printf(rest, " (did you mean \"%s\"?)", nearest);
    for (size_t i = 0; i < record->workload_count && i < NAMED_MAX; i++) {
        const mn_record_workload *workload = &record->workloads[i];
        g_autofree char *kind = g_ascii_strdown(workload->kind, -1);
        g_string_append_printf(rest,
                               "%s%s/%s/%s",
                               i == 0 ? "; there are the Pods of " : ", ",
                               workload->namespace_,
                               kind,
                               workload->name);
    }
    if (record->workload_count > NAMED_MAX)
        g_string_append_printf(rest, " and %zu more", record->workload_count - NAMED_MAX);
    g_set_error(error,
                MN_ERROR,
                MN_ERROR_UNKNOWN,
                "no Pod and no workload is called \"%s\"%s",
                text,
                record->pod_count == 0 ? ": there are no Pods at all" : rest->str);
}

/* ---- the whole */

enum { MEANINGS = 3 };

/* "a", "a/b" and "a/b/c", each in every way it can be read. */
static size_t read_meanings(mn_arena *arena, const char *text, meaning meanings[MEANINGS])
{
    const char *first = strchr(text, '/');
    const char *second = first == NULL ? NULL : strchr(first + 1, '/');
    if (first == NULL) {
        meanings[0] = (meaning){.name = text};
        return 1;
    }
    const char *head = mn_arena_strndup(arena, text, (size_t)(first - text));
    if (second != NULL) {
        meanings[0] = (meaning){
            .namespace_ = head,
            .kind = first + 1,
            .kind_len = (size_t)(second - first - 1),
            .name = second + 1,
        };
        return 1;
    }
    meanings[0] = (meaning){.namespace_ = head, .name = first + 1};
    meanings[1] = (meaning){.kind = text, .kind_len = (size_t)(first - text), .name = first + 1};
    return 2;
}

static const mn_record_pod *choose(mn_arena *arena, const mn_record *record, const char *text,
                                   const GArray *found, const char **picked, GError **error)
{
    if (!is_one_workload(record, found)) {
        complain_of_many(record, text, found, error);
        return NULL;
    }
    const mn_record_pod *pod = most_telling(record, found);
    *picked = say_which(arena, record, pod, found->len);
    return pod;
}

const mn_record_pod *mn_pick_pod(mn_arena *arena, const mn_record *record, const char *text,
                                 const char **picked, GError **error)
{
    meaning meanings[MEANINGS];
    const size_t count = read_meanings(arena, text, meanings);
    for (int whole = 1; whole >= 0; whole--) {
        for (size_t i = 0; i < count && *text != '\0'; i++) {
            g_autoptr(GArray) found = find(record, &meanings[i], whole == 1);
            if (found->len > 0)
                return choose(arena, record, text, found, picked, error);
        }
    }
    const mn_record_workload *empty = empty_workload(record, &meanings[count - 1]);
    if (empty != NULL)
        g_set_error(error,
                    MN_ERROR,
                    MN_ERROR_UNKNOWN,
                    "%s %s/%s has no Pods%s%s",
                    empty->kind,
                    empty->namespace_,
                    empty->name,
                    *empty->remark == '\0' ? "" : ": ",
                    empty->remark);
    else
        complain_of_none(arena, record, text, error);
    return NULL;
}
