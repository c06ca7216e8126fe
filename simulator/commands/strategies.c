/* SPDX-License-Identifier: Apache-2.0 */
/* `mullion strategies`: those that the program carries. */
#include "simulator/output.h"
#include "simulator/strategy/strategy.h"

#include <string.h>

typedef struct strategies_args {
    int color;
} strategies_args;

static const mn_option options[] = {MN_COLOR_OPTION(strategies_args, color)};

/* Of a description, up to the first full stop of a sentence. */
static char *first_sentence(const char *text)
{
    GString *out = g_string_new(NULL);
    for (const char *p = text; *p != '\0'; p++) {
        bool ends = *p == '.' && (p[1] == '\0' || p[1] == '\n' || p[1] == ' ');
        if (ends || (*p == '\n' && p[1] == '\n'))
            break;
        g_string_append_c(out, *p);
        if (*p == '\n')
            out->str[out->len - 1] = ' ';
    }
    return g_strchomp(g_string_free(out, FALSE));
}

static bool list(mn_call *call, GError **error)
{
    const strategies_args *args = call->args;
    const mn_page page = mn_page_of(call, args->color);
    size_t count;
    const mn_shipped_strategy *shipped = mn_shipped_strategies(&count);
    g_autoptr(mn_grid) grid = mn_grid_new();
    mn_grid_head(grid, "STRATEGY", false);
    mn_grid_head(grid, "WHAT IT IS", false);
    mn_grid_end_row(grid);
    for (size_t i = 0; i < count; i++) {
        g_autoptr(mn_strategy) strategy = mn_strategy_load_source(&shipped[i].source, error);
        if (strategy == NULL)
            return false;
        g_autofree char *sentence = first_sentence(strategy->description);
        mn_grid_cell(grid, MN_INK_BOLD, shipped[i].name);
        mn_grid_cell(grid, MN_INK_PLAIN, sentence);
        mn_grid_end_row(grid);
    }
    mn_grid_print(grid, &page, call->out);
    g_string_append_printf(
        call->out,
        "\nOne as a file, to read and to change: %s strategies taint > mine.yaml\n",
        call->program);
    return true;
}

static const char *const *names(void)
{
    static const char *words[64];
    size_t count;
    const mn_shipped_strategy *shipped = mn_shipped_strategies(&count);
    g_assert(count < G_N_ELEMENTS(words));
    for (size_t i = 0; i < count; i++)
        words[i] = shipped[i].name;
    return words;
}

static mn_exit run(mn_call *call)
{
    g_autoptr(GError) error = NULL;
    if (call->operand_count == 0) {
        if (list(call, &error))
            return MN_EXIT_DONE;
        mn_complain(call, "%s", error->message);
        return MN_EXIT_INTERNAL;
    }
    size_t count;
    const mn_shipped_strategy *shipped = mn_shipped_strategies(&count);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(shipped[i].name, call->operands[0]) == 0)
            g_string_append_len(call->out, shipped[i].source.bytes, (gssize)shipped[i].source.len);
    }
    return MN_EXIT_DONE;
}

static const mn_example examples[] = {
    {"mullion strategies", "what there is"},
    {"mullion strategies runtimeclass", "what it changes, what it asks of people, where it leaks"},
    {"mullion strategies taint > mine.yaml", "a file to change, for --strategy mine.yaml"},
};

extern const mn_command mn_command_strategies;
const mn_command mn_command_strategies = {
    .name = "strategies",
    .summary = "list what can be done about operating systems, or print one as a file",
    .operands = "[STRATEGY]",
    .description =
        "Lists the strategies that the program carries: taints, nodeSelectors, RuntimeClasses, "
        "spec.os, admission, mullion-extender, and the usual pairs of these. With a name, prints "
        "its file, whose description says what it asks of people and where it leaks.\n\n"
        "A strategy is a file of patches, and yours are as good as these: name the file with "
        "--strategy, or put it beside the scenario, or into a folder strategies/.",
    .examples = examples,
    .example_count = G_N_ELEMENTS(examples),
    .options = options,
    .option_count = G_N_ELEMENTS(options),
    .args_size = sizeof(strategies_args),
    .operands_max = 1,
    .operand_words = names,
    .run = run,
};
