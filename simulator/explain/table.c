/* SPDX-License-Identifier: Apache-2.0 */
/* For people, in the order in which one asks: what does the Pod need and who says so, what did
 * kube-scheduler say, which nodes did it choose from, what happens there, what stands against the
 * others, what would put it right. */
#include "simulator/explain/report.h"
#include "simulator/reports/outcome.h"
#include "simulator/scenario/duration.h"

#include <inttypes.h>
#include <string.h>

/* More rows than this are put together where they are alike. */
enum { ROWS_MAX = 12, SIGNALS_MAX = 6 };

static const char dot[] = " \xc2\xb7 ";

static void title(const mn_explain_view *view, const char *text, GString *out)
{
    mn_append_ink(out, &view->page, MN_INK_DIM, text);
    g_string_append_c(out, '\n');
}

static void paragraph(const mn_explain_view *view, mn_ink ink, const char *text, GString *out)
{
    g_string_append(out, "  ");
    mn_append_wrapped(out, &view->page, ink, 2, text);
    g_string_append_c(out, '\n');
}

/* ---------------------------------------------------------------- the Pod */

static void print_headline(const mn_explained *e, const mn_explain_view *view, GString *out)
{
    g_autofree char *name = g_strdup_printf("%s/%s", e->namespace_, e->name);
    mn_append_ink(out, &view->page, MN_INK_BOLD, name);
    g_autoptr(GString) rest = g_string_new(NULL);
    if (strcmp(e->kind, "Pod") != 0)
        g_string_append_printf(rest, "%s%s/%s", dot, e->kind, e->owner);
    g_string_append_printf(rest, "%s%s", dot, e->scenario);
    if (e->strategy != NULL)
        g_string_append_printf(rest, "%sstrategy %s", dot, e->strategy);
    if (strcmp(e->extender, "off") != 0)
        g_string_append_printf(rest, "%sextender %s", dot, e->extender);
    g_string_append_printf(rest, "%sseed %" PRIu64, dot, e->seed);
    g_string_append(out, rest->str);
    g_string_append_c(out, '\n');
    if (*e->picked != '\0') {
        g_autofree char *line = g_strdup_printf("%s", e->picked);
        mn_append_ink(out, &view->page, MN_INK_DIM, line);
        g_string_append_c(out, '\n');
    }
    g_string_append_c(out, '\n');
}

static void append_list(GString *line, const char *before, const char *const *items, size_t count)
{
    for (size_t i = 0; i < count; i++)
        g_string_append_printf(line, "%s%s", i == 0 ? before : ", ", items[i]);
}

static void print_absent(const mn_explained *e, mn_grid *grid)
{
    g_autoptr(GString) line = g_string_new(NULL);
    append_list(line, "no ", e->absent, e->absent_count);
    if (e->selects_count > 0) {
        g_string_append(line, line->len > 0 ? "; selects " : "selects ");
        append_list(line, "", e->selects, e->selects_count);
    }
    g_string_append(line, line->len > 0 ? "; tolerates " : "tolerates ");
    append_list(line, "", e->tolerates, e->tolerates_count);
    if (e->tolerates_count == 0)
        g_string_append(line, "no taint");
    mn_grid_cell(grid, MN_INK_DIM, "  -");
    mn_grid_cell(grid, MN_INK_DIM, "");
    mn_grid_cell(grid, MN_INK_DIM, line->str);
    mn_grid_end_row(grid);
}

static void print_need(const mn_explained *e, const mn_explain_view *view, GString *out)
{
    g_autoptr(mn_grid) grid = mn_grid_new();
    g_autoptr(GString) head = g_string_new(e->need_text);
    mn_append_ink(out, &view->page, MN_INK_PLAIN, head->str);
    g_string_append_c(out, '\n');
    mn_grid_head(grid, "  SAYS", false);
    mn_grid_head(grid, "HOW SURE", false);
    mn_grid_head(grid, "WHERE", false);
    mn_grid_end_row(grid);
    const size_t shown =
        view->wide || e->signal_count <= SIGNALS_MAX + 1 ? e->signal_count : SIGNALS_MAX;
    for (size_t i = 0; i < shown; i++) {
        const mn_explained_signal *signal = &e->signals[i];
        mn_grid_cellf(grid, MN_INK_PLAIN, "  %s", mn_os_name(signal->os));
        mn_grid_cell(grid, MN_INK_PLAIN, mn_strength_name(signal->strength));
        mn_grid_cell(grid, MN_INK_PLAIN, signal->text);
        mn_grid_end_row(grid);
    }
    if (e->signal_count > shown) {
        mn_grid_cell(grid, MN_INK_DIM, "  ...");
        mn_grid_cell(grid, MN_INK_DIM, "");
        mn_grid_cellf(grid, MN_INK_DIM, "%zu more: -o wide", e->signal_count - shown);
        mn_grid_end_row(grid);
    }
    print_absent(e, grid);
    mn_grid_print(grid, &view->page, out);
    if (*e->conflict != '\0') {
        g_autofree char *line = g_strdup_printf("overruled: %s", e->conflict);
        paragraph(view, MN_INK_WARN, line, out);
    }
    g_string_append_c(out, '\n');
}

/* ---------------------------------------------------------------- kube-scheduler */

/* It was never asked about this Pod: why, what became of it so, and what it would say. */
static void print_not_asked(const mn_explained *e, const mn_explain_view *view, GString *out)
{
    const mn_record_pod *pod = e->record;
    title(view, "KUBE-SCHEDULER WAS NOT ASKED", out);
    g_autoptr(GString) line = g_string_new(e->why_anew);
    if (pod->node != NULL && !mn_fate_is_dead(pod->fate))
        g_string_append(line, "; it runs there");
    else if (pod->node != NULL)
        g_string_append_printf(line, "; there %s: %s", pod->status, pod->remark);
    paragraph(view, MN_INK_PLAIN, line->str, out);
    g_string_append_c(out, '\n');
    title(view, "IF IT WERE ASKED IN THE END, IT WOULD SAY", out);
}

static void print_event(const mn_explained *e, const mn_explain_view *view, GString *out)
{
    g_autoptr(GString) head = g_string_new("KUBE-SCHEDULER SAYS");
    if (e->attempts > 1)
        g_string_append_printf(head, ", AT ATTEMPT %zu", e->attempts);
    if (e->time_ms > 0) {
        g_string_append(head, e->attempts > 1 ? " AFTER " : ", AFTER ");
        g_autofree char *time = mn_duration_format(e->time_ms);
        g_string_append(head, time);
    }
    if (e->moment == MN_EXPLAINED_ANEW)
        print_not_asked(e, view, out);
    else
        title(view, head->str, out);
    g_autofree char *line = g_strdup_printf("%s: %s", e->event, e->event_text);
    paragraph(view, e->chosen == NULL ? MN_INK_WARN : MN_INK_PLAIN, line, out);
    if (e->nominated != NULL) {
        g_autofree char *nominated =
            g_strdup_printf("It evicts others from %s to make room.", e->nominated);
        paragraph(view, MN_INK_WARN, nominated, out);
    }
    if (e->score_error != NULL)
        paragraph(view, MN_INK_BAD, e->score_error, out);
    g_string_append_c(out, '\n');
}

/* ---------------------------------------------------------------- nodes that fit */

mn_ink mn_explained_ink(const mn_explained_node *node)
{
    return mn_fate_ink(node->then.fate);
}

char *mn_explained_then(const mn_explained_node *node)
{
    return g_strdup_printf(
        "%s%s%s", node->then_brief, *node->then_cause == '\0' ? "" : ": ", node->then_cause);
}

/* What a table of nodes shows of them. */
typedef struct node_table {
    const mn_explained *e;
    const mn_explain_view *view;
    mn_grid *grid;
    const bool *folded; /* by column */
    bool fold_rows;
    bool slim; /* the page is narrow: causes stand below the table */
    const mn_explained_node *last;
} node_table;

static const char *short_name(const mn_explained_column *column)
{
    static const struct {
        const char *name, *title;
    } rows[] = {
        {"ImageLocality", "Image"},
        {"InterPodAffinity", "PodAff"},
        {"NodeAffinity", "NodeAff"},
        {"NodeResourcesBalancedAllocation", "Balanced"},
        {"NodeResourcesFit", "Fit"},
        {"PodTopologySpread", "Spread"},
        {"TaintToleration", "Taint"},
        {"mullion-extender", "Extender"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (strcmp(rows[i].name, column->name) == 0)
            return rows[i].title;
    }
    return column->name;
}

static bool is_constant(const mn_explained *e, size_t column)
{
    for (size_t i = 1; i < e->feasible; i++) {
        if (e->nodes[i].scores[column].weighted != e->nodes[0].scores[column].weighted)
            return false;
    }
    return true;
}

static const char *mark_of(const mn_explained *e, const mn_explained_node *node)
{
    if (node->chosen)
        return e->tied > 1 ? "chosen, tied" : "chosen";
    return node->tied && e->tied > 1 ? "tied" : "";
}

static bool ends_alike(const mn_explained_node *a, const mn_explained_node *b)
{
    return strcmp(a->then_brief, b->then_brief) == 0 && strcmp(a->then_cause, b->then_cause) == 0;
}

static bool is_alike(const mn_explained *e, const mn_explained_node *a, const mn_explained_node *b)
{
    if (a->chosen || b->chosen || a->verdict != b->verdict || a->total != b->total ||
        a->code != b->code || strcmp(a->by, b->by) != 0 || strcmp(a->reason, b->reason) != 0 ||
        !ends_alike(a, b) || strcmp(a->platform, b->platform) != 0)
        return false;
    for (size_t i = 0; a->scores != NULL && i < e->column_count; i++) {
        if (a->scores[i].weighted != b->scores[i].weighted)
            return false;
    }
    return true;
}

static void add_name(mn_grid *grid, const mn_explained_node *node, size_t more)
{
    if (more > 0)
        mn_grid_cellf(grid, MN_INK_PLAIN, "%s, %zu more", node->name, more);
    else
        mn_grid_cell(grid, node->chosen ? MN_INK_BOLD : MN_INK_PLAIN, node->name);
}

static void add_scores(const node_table *table, const mn_explained_node *node)
{
    const mn_explained *e = table->e;
    for (size_t i = 0; i < e->column_count; i++) {
        const mn_score *score = &node->scores[i];
        if (table->folded[i])
            continue;
        if (table->view->wide)
            mn_grid_cellf(table->grid,
                          MN_INK_PLAIN,
                          "%" PRId64 "/%" PRId64 "/%" PRId64,
                          score->raw,
                          score->normalized,
                          score->weighted);
        else
            mn_grid_cellf(table->grid, MN_INK_PLAIN, "%" PRId64, score->weighted);
    }
}

static void add_fitting(node_table *table, const mn_explained_node *node, size_t more)
{
    mn_grid *grid = table->grid;
    const bool same =
        table->last != NULL && *node->then_cause != '\0' && ends_alike(table->last, node);
    g_autofree char *then = table->slim ? g_strdup(node->then.status) : mn_explained_then(node);
    add_name(grid, node, more);
    mn_grid_cell(grid, MN_INK_PLAIN, node->platform);
    mn_grid_cell(grid, node->chosen ? MN_INK_BOLD : MN_INK_PLAIN, mark_of(table->e, node));
    if (table->e->scored) {
        add_scores(table, node);
        mn_grid_cellf(grid, MN_INK_PLAIN, "%" PRId64, node->total);
    }
    mn_grid_cell(grid, mn_explained_ink(node), same ? "the same" : then);
    mn_grid_end_row(grid);
    table->last = node;
}

/* How many of the nodes from..to are like the one in front of them; those are done then. */
static size_t take_alike(const node_table *table, size_t node, size_t to, bool *done)
{
    const mn_explained_node *nodes = table->e->nodes;
    size_t more = 0;
    for (size_t i = node + 1; table->fold_rows && i < to; i++) {
        if (done[i] || !is_alike(table->e, &nodes[node], &nodes[i]))
            continue;
        done[i] = true;
        more++;
    }
    return more;
}

/* Rows in order, each with how many others it stands for. */
static void add_rows(node_table *table, size_t from, size_t to,
                     void (*add)(node_table *table, const mn_explained_node *node, size_t more))
{
    g_autofree bool *done = g_new0(bool, to + 1);
    for (size_t i = from; i < to; i++) {
        if (!done[i])
            add(table, &table->e->nodes[i], take_alike(table, i, to, done));
    }
}

static void head_of_fitting(node_table *table)
{
    const mn_explained *e = table->e;
    mn_grid_head(table->grid, "FITS ON", false);
    mn_grid_head(table->grid, "PLATFORM", false);
    mn_grid_head(table->grid, "", false);
    for (size_t i = 0; e->scored && i < e->column_count; i++) {
        if (!table->folded[i])
            mn_grid_head(table->grid, short_name(&e->columns[i]), true);
    }
    if (e->scored)
        mn_grid_head(table->grid, "TOTAL", true);
    mn_grid_head(table->grid, "THEN", false);
    mn_grid_end_row(table->grid);
}

static void print_folded(const node_table *table, GString *out)
{
    const mn_explained *e = table->e;
    g_autoptr(GString) line = g_string_new(NULL);
    for (size_t i = 0; e->scored && i < e->column_count; i++) {
        if (!table->folded[i])
            continue;
        g_string_append_printf(line,
                               "%s%s %" PRId64,
                               line->len == 0 ? "" : ", ",
                               short_name(&e->columns[i]),
                               e->nodes[0].scores[i].weighted);
    }
    if (line->len == 0)
        return;
    g_string_prepend(line, "on each of them ");
    paragraph(table->view, MN_INK_DIM, line->str, out);
}

static void print_how(const mn_explained *e, const mn_explain_view *view, GString *out)
{
    g_autoptr(GString) line = g_string_new(NULL);
    if (view->wide && e->scored)
        paragraph(view, MN_INK_DIM, "scores are raw/normalized/weighted", out);
    if (e->feasible == 1 && e->chosen != NULL)
        g_string_append(line, "The only one that fits: kube-scheduler takes it without scoring.");
    else if (e->tied > 1)
        g_string_append_printf(line,
                               "%zu nodes tied at %" PRId64 "; %s.",
                               e->tied,
                               e->nodes[0].total,
                               e->tie_break_first ? "the first by name was taken, as tieBreak says"
                                                  : "the seed chose");
    if (line->len > 0)
        paragraph(view, MN_INK_PLAIN, line->str, out);
    if (e->unseen == 0)
        return;
    g_autofree char *unseen =
        g_strdup_printf("%zu of %zu nodes were not looked at: the search stops at %zu that fit "
                        "(percentageOfNodesToScore).",
                        e->unseen,
                        e->node_count,
                        e->wanted);
    paragraph(view, MN_INK_WARN, unseen, out);
}

/* Each cause once. */
static void print_causes(const node_table *table, GString *out)
{
    const mn_explained *e = table->e;
    for (size_t i = 0; table->slim && i < e->feasible; i++) {
        const mn_explained_node *node = &e->nodes[i];
        bool told = *node->then_cause == '\0';
        for (size_t j = 0; j < i && !told; j++)
            told = ends_alike(node, &e->nodes[j]);
        if (told)
            continue;
        g_autofree char *then = mn_explained_then(node);
        paragraph(table->view, mn_explained_ink(node), then, out);
    }
}

static mn_grid *fitting_grid(node_table *table, bool slim)
{
    table->grid = mn_grid_new();
    table->slim = slim;
    table->last = NULL;
    head_of_fitting(table);
    add_rows(table, 0, table->e->feasible, add_fitting);
    return table->grid;
}

static void print_fitting(const mn_explained *e, const mn_explain_view *view, GString *out)
{
    g_autofree bool *folded = g_new0(bool, e->column_count + 1);
    if (e->feasible == 0)
        return;
    for (size_t i = 0; i < e->column_count; i++)
        folded[i] = !view->wide && is_constant(e, i);
    node_table table = {
        .e = e,
        .view = view,
        .folded = folded,
        .fold_rows = !view->wide && e->feasible > ROWS_MAX,
    };
    g_autoptr(mn_grid) grid = fitting_grid(&table, false);
    if (view->page.columns > 0 && mn_grid_width(grid) > view->page.columns) {
        mn_grid_free(grid);
        grid = fitting_grid(&table, true);
    }
    mn_grid_print(grid, &view->page, out);
    print_causes(&table, out);
    print_folded(&table, out);
    print_how(e, view, out);
    g_string_append_c(out, '\n');
}

/* ---------------------------------------------------------------- nodes that do not */

static const char *code_text(const mn_explained_node *node, bool wide)
{
    if (node->verdict == MN_EXPLAINED_UNSEEN)
        return "-";
    if (!wide && node->code == MN_CODE_UNRESOLVABLE)
        return "Unresolvable";
    return mn_code_name(node->code);
}

static void append_others(GString *text, const mn_explained_node *node)
{
    const char *before = "; also ";
    for (size_t i = 0; i < node->failure_count; i++) {
        const mn_explained_failure *failure = &node->failures[i];
        if (failure->reported || strcmp(failure->plugin, node->by) == 0)
            continue;
        g_string_append_printf(text, "%s%s: %s", before, failure->plugin, failure->reason);
        before = ", ";
    }
}

static void add_refusing(node_table *table, const mn_explained_node *node, size_t more)
{
    mn_grid *grid = table->grid;
    g_autoptr(GString) reason = g_string_new(node->reason);
    append_others(reason, node);
    add_name(grid, node, more);
    mn_grid_cell(grid, MN_INK_PLAIN, node->platform);
    mn_grid_cell(grid, mn_explained_ink(node), mn_fate_title(node->then.fate));
    mn_grid_cell(grid, MN_INK_PLAIN, *node->by == '\0' ? "-" : node->by);
    mn_grid_cell(grid, MN_INK_PLAIN, code_text(node, table->view->wide));
    mn_grid_cell(grid, MN_INK_PLAIN, reason->str);
    mn_grid_end_row(grid);
}

static void print_refusing(const mn_explained *e, const mn_explain_view *view, GString *out)
{
    static const char *const heads[] = {
        "NOT ON", "PLATFORM", "THERE IT", "PLUGIN", "CODE", "REASON"};
    g_autoptr(mn_grid) grid = mn_grid_new();
    if (e->feasible == e->node_count)
        return;
    for (size_t i = 0; i < G_N_ELEMENTS(heads); i++)
        mn_grid_head(grid, heads[i], false);
    mn_grid_end_row(grid);
    node_table table = {
        .e = e,
        .view = view,
        .grid = grid,
        .fold_rows = !view->wide && e->node_count - e->feasible > ROWS_MAX,
    };
    add_rows(&table, e->feasible, e->node_count, add_refusing);
    mn_grid_print(grid, &view->page, out);
    g_string_append_c(out, '\n');
}

/* ---------------------------------------------------------------- what then */

static char *effect_of(const mn_explained_fix *fix)
{
    return g_strdup_printf("%s%s%s", fix->effect, *fix->price == '\0' ? "" : "; ", fix->price);
}

static mn_grid *fix_grid(const mn_explained *e, const mn_explain_view *view)
{
    mn_grid *grid = mn_grid_new();
    mn_grid_head(grid, "NEAREST FIXES", false);
    mn_grid_head(grid, "", false);
    mn_grid_end_row(grid);
    for (size_t i = 0; i < e->fix_count; i++) {
        g_autofree char *effect = effect_of(&e->fixes[i]);
        mn_grid_cellf(grid, MN_INK_PLAIN, "  %s", e->fixes[i].what);
        mn_grid_cell(grid, MN_INK_PLAIN, effect);
        if (view->wide && *e->fixes[i].command != '\0')
            mn_grid_remark(grid, MN_INK_DIM, 4, e->fixes[i].command);
        mn_grid_end_row(grid);
    }
    return grid;
}

/* For a narrow page: what it brings stands below what it is. */
static void print_slim_fixes(const mn_explained *e, const mn_explain_view *view, GString *out)
{
    title(view, "NEAREST FIXES", out);
    for (size_t i = 0; i < e->fix_count; i++) {
        g_autofree char *effect = effect_of(&e->fixes[i]);
        paragraph(view, MN_INK_PLAIN, e->fixes[i].what, out);
        g_string_append(out, "    ");
        mn_append_wrapped(out, &view->page, MN_INK_DIM, 4, effect);
        g_string_append_c(out, '\n');
        if (view->wide && *e->fixes[i].command != '\0') {
            g_string_append(out, "    ");
            mn_append_ink(out, &view->page, MN_INK_DIM, e->fixes[i].command);
            g_string_append_c(out, '\n');
        }
    }
}

static void print_fixes(const mn_explained *e, const mn_explain_view *view, GString *out)
{
    if (e->fix_count == 0 && e->tried > 0) {
        g_autofree char *line =
            g_strdup_printf("none: no single change nor a few together (%zu were tried)", e->tried);
        title(view, "NEAREST FIXES", out);
        paragraph(view, MN_INK_PLAIN, line, out);
        g_string_append_c(out, '\n');
    }
    if (e->fix_count == 0)
        return;
    g_autoptr(mn_grid) grid = fix_grid(e, view);
    if (view->page.columns == 0 || mn_grid_width(grid) <= view->page.columns)
        mn_grid_print(grid, &view->page, out);
    else
        print_slim_fixes(e, view, out);
    g_string_append_c(out, '\n');
}

static void verdict_line(const mn_explained *e, GString *line)
{
    const size_t bad = e->feasible - e->good;
    const char *among = e->unseen > 0 ? " among those looked at" : "";
    if (e->feasible == 0)
        g_string_append(line, "No node will have it.");
    else if (bad == 0)
        g_string_append_printf(
            line, "It runs on every node that it fits on (%zu%s).", e->feasible, among);
    else if (e->good == 0 && bad == 1)
        g_string_append_printf(line, "It does not run on the only node that it fits on%s.", among);
    else if (e->good == 0)
        g_string_append_printf(
            line, "It runs on none of the %zu nodes that it fits on%s.", bad, among);
    else
        g_string_append_printf(line,
                               "It runs on %zu of the %zu nodes that it fits on%s, %s.",
                               e->good,
                               e->feasible,
                               among,
                               e->nodes[0].then.fate == MN_FATE_RUNS
                                   ? "among them the one that was chosen"
                                   : "and not on the one that was chosen");
}

/* The command stays whole, so that it can be copied. */
static void print_next(const mn_explain_view *view, GString *out)
{
    if (view->next == NULL)
        return;
    g_string_append_printf(out, "%s  ", view->next_question);
    mn_append_ink(out, &view->page, MN_INK_BOLD, view->next);
    g_string_append_c(out, '\n');
}

static void print_closing(const mn_explained *e, const mn_explain_view *view, GString *out)
{
    g_autoptr(GString) line = g_string_new(NULL);
    const bool fine = e->feasible > 0 && e->good == e->feasible;
    verdict_line(e, line);
    mn_append_ink(out,
                  &view->page,
                  fine               ? MN_INK_GOOD
                  : e->feasible == 0 ? MN_INK_WARN
                                     : MN_INK_BAD,
                  line->str);
    g_string_append_c(out, '\n');
    print_next(view, out);
}

static void print_never(const mn_explained *e, const mn_explain_view *view, GString *out)
{
    title(view, "THE API SERVER REFUSED TO CREATE IT", out);
    g_autofree char *line = g_strdup_printf("%s: %s", e->record->reason, e->record->message);
    paragraph(view, MN_INK_WARN, line, out);
}

void mn_explained_print(const mn_explained *e, const mn_explain_view *view, GString *out)
{
    print_headline(e, view, out);
    if (e->moment == MN_EXPLAINED_NEVER) {
        print_never(e, view, out);
        return;
    }
    print_need(e, view, out);
    print_event(e, view, out);
    if (view->node != NULL) {
        for (size_t i = 0; i < e->node_count; i++) {
            if (strcmp(e->nodes[i].name, view->node) == 0)
                mn_explained_print_node(e, &e->nodes[i], view, out);
        }
    } else {
        print_fitting(e, view, out);
        print_refusing(e, view, out);
    }
    print_fixes(e, view, out);
    print_closing(e, view, out);
}
