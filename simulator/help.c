/* SPDX-License-Identifier: Apache-2.0 */
/* --help, from the table of commands. */
#include "simulator/command.h"
#include "simulator/manual.h"
#include "simulator/options.h"
#include "simulator/reports/layout.h"

enum { HELP_COLUMNS = 80 };

static const mn_page help_page = {.columns = HELP_COLUMNS};

/* "-o, --output FORMAT" */
static char *spelling(const mn_option *option)
{
    g_autofree char *letter =
        option->letter == 0 ? g_strdup("    ") : g_strdup_printf("-%c, ", option->letter);
    return g_strdup_printf("  %s--%s%s%s",
                           letter,
                           option->name,
                           option->value == NULL ? "" : " ",
                           option->value == NULL ? "" : option->value);
}

static void print_columns(mn_grid *grid, const char *left, const char *right)
{
    mn_grid_cell(grid, MN_INK_PLAIN, left);
    mn_grid_cell(grid, MN_INK_PLAIN, right);
    mn_grid_end_row(grid);
}

static mn_grid *two_columns(const char *left, const char *right)
{
    mn_grid *grid = mn_grid_new();
    mn_grid_head(grid, left, false);
    mn_grid_head(grid, right, false);
    mn_grid_end_row(grid);
    return grid;
}

static void add_option(mn_grid *grid, const mn_option *option)
{
    g_autofree char *left = spelling(option);
    g_autofree char *text = mn_manual_option_text(option);
    print_columns(grid, left, text);
}

static void print_examples(const char *program, const mn_example *examples, size_t count,
                           GString *out)
{
    if (count == 0)
        return;
    g_string_append(out, "\nExamples:\n");
    for (size_t i = 0; i < count; i++) {
        g_autofree char *line = mn_manual_example_line(program, &examples[i]);
        g_string_append_printf(out, "  # %s\n  %s\n", examples[i].what, line);
    }
}

void mn_help_command(const char *program, const mn_command *command, GString *out)
{
    g_string_append_printf(out,
                           "Usage: %s %s [OPTION...]%s%s\n\n",
                           program,
                           command->name,
                           *command->operands == '\0' ? "" : " ",
                           command->operands);
    mn_append_wrapped(out, &help_page, MN_INK_PLAIN, 0, command->description);
    g_string_append(out, "\n\n");
    g_autoptr(mn_grid) grid = two_columns("Options:", "");
    for (size_t i = 0; i < command->option_count; i++)
        add_option(grid, &command->options[i]);
    add_option(grid, &mn_option_help);
    mn_grid_print(grid, &help_page, out);
    print_examples(program, command->examples, command->example_count, out);
}

void mn_help_program(const char *program, GString *out)
{
    g_string_append_printf(out, "Usage: %s COMMAND [OPTION...] [ARGUMENT...]\n\n", program);
    mn_append_wrapped(out, &help_page, MN_INK_PLAIN, 0, mn_manual_description);
    g_string_append(out, "\n\n");
    g_autoptr(mn_grid) grid = two_columns("Commands:", "");
    size_t count;
    const mn_command *const *commands = mn_commands(&count);
    for (size_t i = 0; i < count; i++) {
        g_autofree char *left = g_strdup_printf("  %s", commands[i]->name);
        print_columns(grid, left, commands[i]->summary);
    }
    mn_grid_print(grid, &help_page, out);
    print_examples(program, mn_manual_examples, mn_manual_example_count, out);
    g_string_append(out, "\nExit status:\n");
    for (size_t i = 0; i < mn_manual_exit_count; i++)
        g_string_append_printf(
            out, "  %d  %s\n", mn_manual_exits[i].status, mn_manual_exits[i].what);
    g_string_append_printf(out, "\n%s COMMAND --help says more about a command.\n", program);
}
