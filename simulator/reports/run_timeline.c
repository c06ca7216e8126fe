/* SPDX-License-Identifier: Apache-2.0 */
/* The run as a picture: time from left to right, a row a workload, a row a pool, one character
 * for what is worst there at that moment. Plain ASCII, whatever the terminal: the same bytes
 * everywhere. The moments are the record's checkpoints.
 */
#include "simulator/reports/run_timeline.h"

#include "simulator/reports/headline.h"
#include "simulator/reports/outcome.h"
#include "simulator/reports/phrase.h"
#include "simulator/reports/reports.h"
#include "simulator/reports/summary.h"
#include "simulator/scenario/duration.h"

#include <string.h>

enum { COLUMNS_LEAST = 20, COLUMNS_USUAL = 60, COLUMNS_MOST = 120, LABELS = 44 };
/* Each moment is a record with all its Pods. */
enum { PODS_MOST = 2000000 };
/* Room for a time below the axis. */
enum { TICK_LEAST = 10 };

size_t mn_timeline_moments(const mn_page *page, const mn_record *record, int64_t **moments_ms)
{
    size_t count = COLUMNS_USUAL;
    if (page->columns > 0)
        count = CLAMP(page->columns, LABELS + COLUMNS_LEAST, LABELS + COLUMNS_MOST) - LABELS;
    count = MIN(count, MAX(PODS_MOST / (record->pod_count + 1), 2));
    /* A little more than the run, so that its end can be seen. */
    int64_t whole_ms = MAX(record->time_ms + record->time_ms / 20, (int64_t)count);
    *moments_ms = g_new(int64_t, count);
    int64_t last = (int64_t)count - 1;
    for (int64_t i = 0; i <= last; i++)
        (*moments_ms)[i] = whole_ms / last * i + whole_ms % last * i / last;
    return count;
}

/* ---- characters */

static const struct {
    char sign;
    const char *what;
} signs[MN_FATE_COUNT] = {
    [MN_FATE_RUNS] = {'=', "runs"},
    [MN_FATE_WRONG_OS] = {'X', "wrong OS"},
    [MN_FATE_WRONG_BUILD] = {'B', "wrong build"},
    [MN_FATE_FAILED] = {'F', "failed"},
    [MN_FATE_PENDING] = {'.', "Pending"},
    [MN_FATE_REJECTED] = {'R', "rejected"},
    [MN_FATE_STARTING] = {'~', "pulls and starts"},
    [MN_FATE_ABSENT] = {'_', "not made yet"},
};

static bool is_empty(const size_t counts[MN_FATE_COUNT])
{
    for (size_t i = 0; i < MN_FATE_COUNT; i++) {
        if (counts[i] > 0)
            return false;
    }
    return true;
}

/* A row: a character and its colour for each moment. */
typedef struct row {
    char *signs;
    mn_ink *inks;
    bool seen[MN_FATE_COUNT];
} row;

static void mark(row *r, size_t column, const size_t counts[MN_FATE_COUNT])
{
    if (is_empty(counts))
        return;
    mn_fate worst = mn_worst_fate(counts);
    r->signs[column] = signs[worst].sign;
    r->inks[column] = mn_fate_ink(worst);
    r->seen[worst] = true;
}

static row row_new(size_t columns)
{
    return (row){.signs = g_strnfill(columns, ' '), .inks = g_new0(mn_ink, columns)};
}

static void row_clear(row *r)
{
    g_free(r->signs);
    g_free(r->inks);
}

/* Runs of one colour in one go. */
static void print_signs(const row *r, const mn_page *page, GString *out)
{
    size_t columns = strlen(r->signs);
    for (size_t begin = 0, end; begin < columns; begin = end) {
        for (end = begin + 1; end < columns && r->inks[end] == r->inks[begin];)
            end++;
        g_autofree char *part = g_strndup(r->signs + begin, end - begin);
        mn_append_ink(out, page, r->inks[begin], part);
    }
}

/* ---- the picture */

typedef struct picture {
    const mn_record *record;
    const mn_view *view;
    size_t columns, label; /* width of the labels */
    int64_t step_ms;       /* between two moments */
    bool seen[MN_FATE_COUNT];
    GString *out;
} picture;

static void print_label(const picture *p, const char *label)
{
    g_autoptr(GString) text = g_string_new(NULL);
    mn_append_plain(text, label);
    size_t width = mn_display_width(text->str);
    g_string_append_printf(
        p->out, "%s%*s", text->str, (int)(p->label > width ? p->label - width : 0), "");
    g_string_append(p->out, "  ");
}

static void end_line(GString *out)
{
    while (out->len > 0 && out->str[out->len - 1] == ' ')
        g_string_truncate(out, out->len - 1);
    g_string_append_c(out, '\n');
}

/* The smallest span of this list that leaves room for its name. */
static int64_t tick_of(const picture *p)
{
    static const int64_t spans_ms[] = {
        100,       200,       500,        1000,       2000,       5000,       10000,
        15000,     30000,     60000,      120000,     300000,     600000,     900000,
        1800000,   3600000,   7200000,    10800000,   21600000,   43200000,   86400000,
        172800000, 604800000, 1209600000, 2419200000, 7776000000, 31536000000};
    for (size_t i = 0; i < G_N_ELEMENTS(spans_ms); i++) {
        if (spans_ms[i] / MAX(p->step_ms, 1) >= TICK_LEAST)
            return spans_ms[i];
    }
    return spans_ms[G_N_ELEMENTS(spans_ms) - 1];
}

/* Times, and the axis below them. */
static void print_axis(const picture *p)
{
    g_autoptr(GString) times = g_string_new(NULL);
    g_autofree char *axis = g_strnfill(p->columns, '-');
    int64_t tick_ms = tick_of(p);
    for (int64_t time_ms = 0;; time_ms += tick_ms) {
        size_t column = (size_t)(time_ms / MAX(p->step_ms, 1));
        if (column >= p->columns)
            break;
        g_autofree char *text = mn_duration_format(time_ms);
        axis[column] = '+';
        g_string_append_printf(
            times, "%*s%s", (int)(column > times->len ? column - times->len : 0), "", text);
    }
    print_label(p, "");
    g_string_append(p->out, times->str);
    end_line(p->out);
    print_label(p, "");
    mn_append_ink(p->out, &p->view->page, MN_INK_DIM, axis);
    end_line(p->out);
}

/* 'A' is the first command; those behind 'Z' are all '*'. */
static char letter_of(size_t i)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ*";
    return letters[MIN(i, sizeof letters - 2)];
}

/* The first column that shows what a command at that time did. */
static size_t column_of(const picture *p, int64_t time_ms)
{
    int64_t step = MAX(p->step_ms, 1);
    return (size_t)((time_ms + step - 1) / step);
}

static void print_marks(const picture *p)
{
    g_autofree char *line = g_strnfill(p->columns, ' ');
    if (p->view->mark_count == 0)
        return;
    for (size_t i = 0; i < p->view->mark_count; i++) {
        size_t column = column_of(p, p->view->marks[i].time_ms);
        if (column >= p->columns)
            continue;
        bool taken = line[column] != ' ';
        line[column] = letter_of(taken ? SIZE_MAX : i);
    }
    print_label(p, "");
    mn_append_ink(p->out, &p->view->page, MN_INK_BOLD, line);
    end_line(p->out);
}

static void print_row(picture *p, const char *label, const row *r, const char *end)
{
    print_label(p, label);
    print_signs(r, &p->view->page, p->out);
    g_string_append_printf(p->out, "  %s", end);
    end_line(p->out);
    for (size_t i = 0; i < MN_FATE_COUNT; i++)
        p->seen[i] = p->seen[i] || r->seen[i];
}

/* ---- workloads: they come and go, so they are told by name */

static char *workload_key(const mn_record_workload *workload)
{
    return g_strdup_printf("%s/%s/%s", workload->namespace_, workload->kind, workload->name);
}

typedef struct workload_row {
    const mn_record_workload *last; /* of the last moment that had it */
    row row;
} workload_row;

static void free_workload_row(gpointer data)
{
    workload_row *one = data;
    row_clear(&one->row);
    g_free(one);
}

/* Rows in the order in which they came; `known` is only looked up, never walked. */
typedef struct workload_rows {
    GPtrArray *rows;
    GHashTable *known;
} workload_rows;

static workload_row *row_of(const workload_rows *all, const mn_record_workload *workload,
                            size_t columns)
{
    g_autofree char *key = workload_key(workload);
    workload_row *one = g_hash_table_lookup(all->known, key);
    if (one != NULL)
        return one;
    one = g_new0(workload_row, 1);
    one->row = row_new(columns);
    g_ptr_array_add(all->rows, one);
    g_hash_table_insert(all->known, g_steal_pointer(&key), one);
    return one;
}

static GPtrArray *rows_of_workloads(const picture *p)
{
    GPtrArray *rows = g_ptr_array_new_with_free_func(free_workload_row);
    g_autoptr(GHashTable) known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    const workload_rows all = {.rows = rows, .known = known};
    for (size_t i = 0; i < p->columns; i++) {
        const mn_record *moment = p->record->checkpoints[i];
        for (size_t j = 0; j < moment->workload_count; j++) {
            workload_row *one = row_of(&all, &moment->workloads[j], p->columns);
            one->last = &moment->workloads[j];
            mark(&one->row, i, one->last->counts);
        }
    }
    return rows;
}

static char *label_of(const mn_record_workload *workload)
{
    if (strcmp(workload->namespace_, "default") == 0)
        return g_strdup_printf("%s/%s", workload->kind, workload->name);
    return g_strdup_printf("%s %s/%s", workload->kind, workload->namespace_, workload->name);
}

static size_t pods_of(const size_t counts[MN_FATE_COUNT])
{
    size_t all = 0;
    for (size_t i = 0; i < MN_FATE_COUNT; i++)
        all += counts[i];
    return all;
}

static void print_workloads(picture *p, const GPtrArray *rows)
{
    for (guint i = 0; i < rows->len; i++) {
        const workload_row *one = rows->pdata[i];
        g_autofree char *label = label_of(one->last);
        g_autofree char *ready = g_strdup_printf(
            "%zu/%zu ready", one->last->counts[MN_FATE_RUNS], pods_of(one->last->counts));
        print_row(p, label, &one->row, ready);
    }
}

/* ---- pools: what is worst on their nodes */

static void print_pool(picture *p, const mn_record_pool *pool)
{
    row r = row_new(p->columns);
    const mn_record_pool *last = pool;
    for (size_t i = 0; i < p->columns; i++) {
        const mn_record *moment = p->record->checkpoints[i];
        for (size_t j = 0; j < moment->pool_count; j++) {
            if (strcmp(moment->pools[j].name, pool->name) != 0)
                continue;
            last = &moment->pools[j];
            mark(&r, i, last->counts);
        }
    }
    g_autofree char *label = g_strdup_printf("pool %s", pool->name);
    g_autoptr(GString) pods = g_string_new(NULL);
    mn_phrase_count(pods, pods_of(last->counts), "Pod");
    print_row(p, label, &r, pods->str);
    row_clear(&r);
}

/* ---- the whole */

static void print_legend(const picture *p)
{
    g_autoptr(GString) line = g_string_new(NULL);
    for (size_t i = 0; i < MN_FATE_COUNT; i++) {
        if (p->seen[i])
            g_string_append_printf(
                line, "%s%c %s", line->len > 0 ? "   " : "", signs[i].sign, signs[i].what);
    }
    if (line->len == 0)
        return;
    g_string_append_c(p->out, '\n');
    mn_append_ink(p->out, &p->view->page, MN_INK_DIM, line->str);
    g_string_append(p->out, "   (the worst of its Pods)\n");
}

static void print_commands(const picture *p)
{
    if (p->view->mark_count > 0)
        g_string_append_c(p->out, '\n');
    for (size_t i = 0; i < p->view->mark_count; i++) {
        const mn_view_mark *one = &p->view->marks[i];
        g_autofree char *time = mn_duration_format(one->time_ms);
        g_string_append_printf(p->out, "%c  %-8s ", letter_of(i), time);
        mn_append_plain(p->out, one->text);
        g_string_append_c(p->out, '\n');
    }
}

static size_t label_width(const mn_record *record, const GPtrArray *rows)
{
    size_t width = 0;
    for (guint i = 0; i < rows->len; i++) {
        g_autofree char *label = label_of(((const workload_row *)rows->pdata[i])->last);
        width = MAX(width, mn_display_width(label));
    }
    for (size_t i = 0; i < record->pool_count; i++)
        width = MAX(width, mn_display_width(record->pools[i].name) + strlen("pool "));
    return width;
}

void mn_report_timeline(const mn_record *record, const mn_view *view, GString *out)
{
    g_autoptr(GString) rest = g_string_new(NULL);
    mn_phrase_headline(rest, record);
    mn_append_ink(out, &view->page, MN_INK_BOLD, record->scenario);
    g_string_append_printf(out, "%s\n\n", rest->str);
    picture p = {.record = record, .view = view, .columns = record->checkpoint_count, .out = out};
    if (p.columns > 1)
        p.step_ms = record->checkpoints[1]->time_ms - record->checkpoints[0]->time_ms;
    if (p.columns > 0) {
        g_autoptr(GPtrArray) rows = rows_of_workloads(&p);
        p.label = label_width(record, rows);
        print_axis(&p);
        print_marks(&p);
        print_workloads(&p, rows);
        g_string_append_c(out, '\n');
        for (size_t i = 0; i < record->pool_count; i++)
            print_pool(&p, &record->pools[i]);
        print_legend(&p);
        print_commands(&p);
        g_string_append_c(out, '\n');
    }
    mn_summary_print(record, view, out);
}
