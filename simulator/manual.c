/* SPDX-License-Identifier: Apache-2.0 */
/* The manual page and docs/COMMANDS.md, from the table of commands. No date in either: the
 * same sources make the same bytes. */
#include "simulator/manual.h"

#include "generated/version.h"

#include "simulator/options.h"
#include "simulator/scenario/kubectl.h"

#include <string.h>

const char mn_manual_summary[] =
    "see where Pods land in a cluster of Linux and Windows nodes, before they do";

const char mn_manual_description[] =
    "Replays Kubernetes manifests offline: places every Pod as kube-scheduler would, and says "
    "which run, which wait, and which sit on a node of the wrong OS or Windows build for ever. "
    "Needs no cluster.";

const mn_example mn_manual_examples[] = {
    {"mullion demo", "a Helm-style release meets a Windows pool"},
    {"mullion run nodes.yaml release.yaml", "your nodes, your workloads"},
    {"kubectl get nodes,pods,runtimeclasses -A -o json | mullion run -", "the cluster as it is"},
};
const size_t mn_manual_example_count = G_N_ELEMENTS(mn_manual_examples);

const mn_manual_exit mn_manual_exits[] = {
    {MN_EXIT_DONE, "done"},
    {MN_EXIT_NEGATIVE, "done, and the answer is no (a check failed)"},
    {MN_EXIT_USAGE, "the command line is wrong"},
    {MN_EXIT_INPUT, "a file is missing, malformed or too large"},
    {MN_EXIT_INTERNAL, "output could not be written, or an internal error"},
};
const size_t mn_manual_exit_count = G_N_ELEMENTS(mn_manual_exits);

char *mn_manual_option_text(const mn_option *option)
{
    GString *text = g_string_new(option->help);
    for (size_t i = 0; option->kind == MN_OPTION_CHOICE && option->choices[i] != NULL; i++) {
        g_string_append(text, i == 0 ? ": " : ", ");
        g_string_append(text, option->choices[i]);
        if (option->told != NULL)
            g_string_append_printf(text, " (%s)", option->told[i]);
    }
    return g_string_free(text, FALSE);
}

char *mn_manual_example_line(const char *program, const mn_example *example)
{
    static const char ours[] = "mullion";
    GString *line = g_string_new(NULL);
    for (const char *rest = example->line; *rest != '\0';) {
        bool starts = rest == example->line || rest[-1] == ' ';
        bool is_ours = starts && g_str_has_prefix(rest, ours) && rest[sizeof ours - 1] == ' ';
        g_string_append_len(line, is_ours ? program : rest, is_ours ? (gssize)strlen(program) : 1);
        rest += is_ours ? sizeof ours - 1 : 1;
    }
    return g_string_free(line, FALSE);
}

/* ---------------------------------------------------------------- roff */

/* A hyphen stays one that can be searched and copied; a leading dot or quote is text. */
static void roff_text(GString *out, const char *text)
{
    bool line_start = true;
    for (; *text != '\0'; text++) {
        if (line_start && (*text == '.' || *text == '\''))
            g_string_append(out, "\\&");
        if (*text == '\\')
            g_string_append(out, "\\e");
        else if (*text == '-')
            g_string_append(out, "\\-");
        else
            g_string_append_c(out, *text);
        line_start = *text == '\n';
    }
}

static void roff_paragraphs(GString *out, const char *text)
{
    g_auto(GStrv) paragraphs = g_strsplit(text, "\n\n", -1);
    for (size_t i = 0; paragraphs[i] != NULL; i++) {
        g_string_append(out, i == 0 ? "" : ".PP\n");
        roff_text(out, paragraphs[i]);
        g_string_append_c(out, '\n');
    }
}

static void roff_option(GString *out, const mn_option *option)
{
    g_string_append(out, ".TP\n");
    if (option->letter != 0)
        g_string_append_printf(out, "\\fB\\-%c\\fR, ", option->letter);
    g_string_append(out, "\\fB\\-\\-");
    roff_text(out, option->name);
    g_string_append(out, "\\fR");
    if (option->value != NULL)
        g_string_append_printf(out, " \\fI%s\\fR", option->value);
    g_string_append_c(out, '\n');
    g_autofree char *text = mn_manual_option_text(option);
    roff_text(out, text);
    g_string_append_c(out, '\n');
}

static void roff_examples(GString *out, const mn_example *examples, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        g_string_append(out, ".PP\n");
        roff_text(out, examples[i].what);
        g_string_append(out, ":\n.PP\n.RS 4\n.EX\n");
        roff_text(out, examples[i].line);
        g_string_append(out, "\n.EE\n.RE\n");
    }
}

static void roff_command(GString *out, const mn_command *command)
{
    g_string_append_printf(out, ".SS \"%s", command->name);
    if (command->option_count > 0)
        g_string_append(out, " [OPTION...]");
    g_string_append_printf(
        out, "%s%s\"\n", *command->operands == '\0' ? "" : " ", command->operands);
    roff_paragraphs(out, command->description);
    for (size_t i = 0; i < command->option_count; i++)
        roff_option(out, &command->options[i]);
    roff_examples(out, command->examples, command->example_count);
}

static void roff_verb(GString *out, const char *words, const char *operands, const char *summary)
{
    g_string_append(out, ".SS \"kubectl ");
    roff_text(out, words);
    g_string_append_c(out, ' ');
    roff_text(out, operands);
    g_string_append(out, "\"\n");
    roff_text(out, summary);
    g_string_append(out, ".\n");
}

static void roff_flag(GString *out, char letter, const char *name, const char *value,
                      const char *help)
{
    const mn_option option = {.name = name, .letter = letter, .value = value, .help = help};
    roff_option(out, &option);
}

void mn_manual_roff(GString *out)
{
    size_t count;
    const mn_command *const *commands = mn_commands(&count);
    g_string_append_printf(out,
                           ".\\\" SPDX-License-Identifier: Apache-2.0\n"
                           ".TH MULLION 1 \"\" \"mullion %s\" \"User Commands\"\n"
                           ".SH NAME\nmullion \\- ",
                           MN_VERSION);
    roff_text(out, mn_manual_summary);
    g_string_append(out,
                    "\n.SH SYNOPSIS\n\\fBmullion\\fR \\fICOMMAND\\fR [\\fIOPTION\\fR...] "
                    "[\\fIARGUMENT\\fR...]\n.SH DESCRIPTION\n");
    roff_paragraphs(out, mn_manual_description);
    g_string_append(out, ".PP\nEvery command takes \\fB\\-\\-help\\fR.\n.SH COMMANDS\n");
    for (size_t i = 0; i < count; i++)
        roff_command(out, commands[i]);
    g_string_append(out, ".SH KUBECTL IN A TIMELINE\n");
    mn_kubectl_describe(out,
                        &(mn_kubectl_printer){
                            .verb = roff_verb,
                            .flag = roff_flag,
                        });
    g_string_append(out, ".SH EXIT STATUS\n");
    for (size_t i = 0; i < mn_manual_exit_count; i++)
        g_string_append_printf(
            out, ".TP\n%d\n%s\n", mn_manual_exits[i].status, mn_manual_exits[i].what);
    g_string_append(out,
                    ".SH ENVIRONMENT\n.TP\nNO_COLOR\nno colours, unless \\fB\\-\\-color\\fR says "
                    "otherwise; nothing else in the environment changes what is printed\n"
                    ".SH EXAMPLES\n");
    roff_examples(out, mn_manual_examples, mn_manual_example_count);
    g_string_append(out, ".SH SEE ALSO\n.BR mullion\\-extender (1),\n.BR kubectl (1)\n");
}

/* ---------------------------------------------------------------- Markdown */

/* A cell ends at a bar. */
static void markdown_cell(GString *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '|')
            g_string_append_c(out, '\\');
        g_string_append_c(out, *text);
    }
}

static void markdown_options(GString *out, const mn_command *command)
{
    if (command->option_count == 0)
        return;
    g_string_append(out, "\n| option | what it does |\n|---|---|\n");
    for (size_t i = 0; i < command->option_count; i++) {
        const mn_option *option = &command->options[i];
        g_string_append(out, "| ");
        if (option->letter != 0)
            g_string_append_printf(out, "`-%c`, ", option->letter);
        g_string_append_printf(out,
                               "`--%s%s%s` | ",
                               option->name,
                               option->value == NULL ? "" : " ",
                               option->value == NULL ? "" : option->value);
        g_autofree char *text = mn_manual_option_text(option);
        markdown_cell(out, text);
        g_string_append(out, " |\n");
    }
}

static void markdown_examples(GString *out, const mn_example *examples, size_t count)
{
    if (count == 0)
        return;
    g_string_append(out, "\n```sh\n");
    for (size_t i = 0; i < count; i++)
        g_string_append_printf(out, "# %s\n%s\n", examples[i].what, examples[i].line);
    g_string_append(out, "```\n");
}

static void markdown_command(GString *out, const mn_command *command)
{
    g_string_append_printf(out, "\n## %s\n\n`mullion %s", command->name, command->name);
    if (command->option_count > 0)
        g_string_append(out, " [OPTION...]");
    g_string_append_printf(out,
                           "%s%s`\n\n%s\n",
                           *command->operands == '\0' ? "" : " ",
                           command->operands,
                           command->description);
    markdown_options(out, command);
    markdown_examples(out, command->examples, command->example_count);
}

static void markdown_verb(GString *out, const char *words, const char *operands,
                          const char *summary)
{
    g_string_append_printf(out, "\n`kubectl %s %s`: %s.\n\n", words, operands, summary);
}

static void markdown_flag(GString *out, char letter, const char *name, const char *value,
                          const char *help)
{
    g_string_append(out, "- ");
    if (letter != 0)
        g_string_append_printf(out, "`-%c`, ", letter);
    g_string_append_printf(
        out, "`--%s%s%s` %s\n", name, value == NULL ? "" : "=", value == NULL ? "" : value, help);
}

void mn_manual_markdown(GString *out)
{
    size_t count;
    const mn_command *const *commands = mn_commands(&count);
    g_string_append_printf(out,
                           "<!-- Printed by `mullion man --format markdown`. -->\n"
                           "# mullion\n\n%s\n\n"
                           "Every command takes `--help`. `kubectl mullion ...` is the same "
                           "program.\n\n| command | |\n|---|---|\n",
                           mn_manual_description);
    for (size_t i = 0; i < count; i++)
        g_string_append_printf(out,
                               "| [%s](#%s) | %s |\n",
                               commands[i]->name,
                               commands[i]->name,
                               commands[i]->summary);
    g_string_append(out, "\n| exit status | |\n|---|---|\n");
    for (size_t i = 0; i < mn_manual_exit_count; i++)
        g_string_append_printf(
            out, "| %d | %s |\n", mn_manual_exits[i].status, mn_manual_exits[i].what);
    for (size_t i = 0; i < count; i++)
        markdown_command(out, commands[i]);
    g_string_append(out,
                    "\n## kubectl in a timeline\n\nWhat `run` knows in the `timeline` of a "
                    "[scenario](SCENARIO.md).\n");
    mn_kubectl_describe(out,
                        &(mn_kubectl_printer){
                            .verb = markdown_verb,
                            .flag = markdown_flag,
                        });
}
