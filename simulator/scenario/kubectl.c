/* SPDX-License-Identifier: Apache-2.0 */
/* Words to operands and flags, as kubectl's own command line takes them: flags anywhere, values
 * behind `=` or in the next word, short ones together. */
#include "simulator/scenario/kubectl.h"

#include "simulator/scenario/kubectl_parts.h"

#include <stdarg.h>
#include <string.h>

static const struct verb_row {
    const char *words, *operands, *summary;
} verbs[] = {
#define VERB(id, words_, operands_, summary_) \
    {.words = (words_), .operands = (operands_), .summary = (summary_)},
#include "simulator/scenario/kubectl_verbs.def"
#undef VERB
};

enum { VERB_COUNT = G_N_ELEMENTS(verbs) };

const char *mn_verb_words(mn_verb verb)
{
    static const char *const others[] = {"node fail", "node return", "pool resize", "pool build"};
    return verb < MN_VERB_NODE_FAIL ? verbs[verb].words : others[verb - MN_VERB_NODE_FAIL];
}

#define V(id) (1U << MN_VERB_##id)
#define ANY   UINT32_MAX
static const struct flag_row {
    const char *name, *value, *help;
    uint32_t verbs;
    char letter;
} flags[] = {
#define FLAG(id, name_, letter_, value_, verbs_, help_) \
    {.name = (name_), .value = (value_), .help = (help_), .verbs = (verbs_), .letter = (letter_)},
#include "simulator/scenario/kubectl_flags.def"
#undef FLAG
};
#undef ANY
#undef V

static bool flag_is_of(size_t flag, mn_verb verb)
{
    return (flags[flag].verbs >> verb & 1) != 0;
}

/* ---- errors */

bool mn_line_fail(const mn_line *line, size_t offset, mn_error code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *message = g_strdup_vprintf(format, args);
    va_end(args);
    *line->fault = offset;
    g_set_error_literal(line->error, MN_ERROR, (gint)code, message);
    return false;
}

char *mn_line_hint(const char *found, const char *const *names, size_t count)
{
    const char *near = mn_nearest(found, names, count);
    return near == NULL ? g_strdup("") : g_strdup_printf(" (did you mean \"%s\"?)", near);
}

/* ---- verbs */

static bool unknown_verb(const mn_line *line, const mn_line_word *word)
{
    const char *names[VERB_COUNT];
    for (size_t i = 0; i < VERB_COUNT; i++)
        names[i] = verbs[i].words;
    g_autofree char *hint = mn_line_hint(word->text, names, VERB_COUNT);
    g_autoptr(GString) all = g_string_new(NULL);
    for (size_t i = 0; i < VERB_COUNT; i++)
        g_string_append_printf(all, "%s%s", i == 0 ? "" : ", ", names[i]);
    return mn_line_fail(line,
                        word->offset,
                        MN_ERROR_UNKNOWN,
                        "kubectl %.60s is not known here%s: a timeline has %s",
                        word->text,
                        hint,
                        all->str);
}

/* "rollout" alone says nothing: the two words of a verb stand together. How many words it
 * took; 0 with an error. */
static size_t find_verb(mn_line *line, const mn_line_word *words, size_t count)
{
    for (size_t i = 0; i < VERB_COUNT; i++) {
        const char *blank = strchr(verbs[i].words, ' ');
        size_t len = blank == NULL ? strlen(verbs[i].words) : (size_t)(blank - verbs[i].words);
        if (strlen(words[0].text) != len || strncmp(words[0].text, verbs[i].words, len) != 0)
            continue;
        line->verb = (mn_verb)i;
        if (blank == NULL || (count > 1 && strcmp(words[1].text, blank + 1) == 0))
            return blank == NULL ? 1 : 2;
        mn_line_fail(line,
                     count > 1 ? words[1].offset : line->end,
                     MN_ERROR_UNKNOWN,
                     "of kubectl %s a timeline knows kubectl %s",
                     words[0].text,
                     verbs[i].words);
        return 0;
    }
    unknown_verb(line, &words[0]);
    return 0;
}

/* ---- flags */

static bool unknown_flag(const mn_line *line, const mn_line_word *word, const char *name)
{
    const char *names[MN_FLAG_COUNT];
    size_t count = 0;
    g_autoptr(GString) all = g_string_new(NULL);
    for (size_t i = 0; i < MN_FLAG_COUNT; i++) {
        if (!flag_is_of(i, line->verb))
            continue;
        g_string_append_printf(all, "%s--%s", count == 0 ? "" : ", ", flags[i].name);
        names[count++] = flags[i].name;
    }
    const char *near = mn_nearest(name, names, count);
    return mn_line_fail(line,
                        word->offset,
                        MN_ERROR_UNKNOWN,
                        "kubectl %s has no flag %.60s here%s%s%s: it has %s",
                        mn_verb_words(line->verb),
                        word->text,
                        near == NULL ? "" : " (did you mean --",
                        near == NULL ? "" : near,
                        near == NULL ? "" : "?)",
                        all->str);
}

static bool set_switch(mn_line *line, mn_flag flag, const mn_line_word *word, const char *value)
{
    mn_flag_value *out = &line->flags[flag];
    *out = (mn_flag_value){.set = true, .on = true, .offset = word->offset};
    if (value == NULL || strcmp(value, "true") == 0)
        return true;
    out->on = false;
    return strcmp(value, "false") == 0 || mn_line_fail(line,
                                                       word->offset,
                                                       MN_ERROR_SCHEMA,
                                                       "--%s is true or false, not \"%.60s\"",
                                                       flags[flag].name,
                                                       value);
}

static void set_value(mn_line *line, mn_flag flag, const char *value, size_t offset)
{
    mn_flag_value *out = &line->flags[flag];
    const char **all = MN_ARENA_NEW(line->arena, const char *, out->all.count + 1);
    for (size_t i = 0; i < out->all.count; i++)
        all[i] = out->all.items[i];
    all[out->all.count] = value;
    out->set = true;
    out->text = value;
    out->offset = offset;
    out->all = (mn_strings){.items = all, .count = out->all.count + 1};
}

/* One flag of words[*i]: its `value` stands in the same word, or in the next, which is then
 * passed over. */
static bool take_flag(mn_line *line, mn_flag flag, const mn_line_words *words, size_t *i,
                      const char *value)
{
    const mn_line_word *word = &words->items[*i];
    if (!flag_is_of(flag, line->verb))
        return unknown_flag(line, word, flags[flag].name);
    if (flags[flag].value == NULL)
        return set_switch(line, flag, word, value);
    if (value == NULL && *i + 1 == words->count)
        return mn_line_fail(line,
                            word->offset,
                            MN_ERROR_SCHEMA,
                            "--%s needs a value: --%s=%s",
                            flags[flag].name,
                            flags[flag].name,
                            flags[flag].value);
    if (value == NULL)
        value = words->items[++*i].text;
    set_value(line, flag, value, word->offset);
    return true;
}

static bool take_long(mn_line *line, const mn_line_words *words, size_t *i)
{
    const char *name = words->items[*i].text + 2, *equal = strchr(name, '=');
    size_t len = equal == NULL ? strlen(name) : (size_t)(equal - name);
    for (size_t flag = 0; flag < MN_FLAG_COUNT; flag++) {
        if (strlen(flags[flag].name) == len && strncmp(flags[flag].name, name, len) == 0)
            return take_flag(line, (mn_flag)flag, words, i, equal == NULL ? NULL : equal + 1);
    }
    g_autofree char *found = g_strndup(name, len);
    return unknown_flag(line, &words->items[*i], found);
}

/* -l os=windows, -los=windows, -l=os=windows, -An shop. */
static bool take_short(mn_line *line, const mn_line_words *words, size_t *i)
{
    const mn_line_word *word = &words->items[*i];
    for (const char *letter = word->text + 1; *letter != '\0'; letter++) {
        size_t flag = 0;
        while (flag < MN_FLAG_COUNT && flags[flag].letter != *letter)
            flag++;
        if (flag == MN_FLAG_COUNT)
            return unknown_flag(line, word, "");
        const char *value = letter[1] == '\0' ? NULL : letter[1] == '=' ? letter + 2 : letter + 1;
        bool has_value = flags[flag].value != NULL;
        if (!take_flag(line, (mn_flag)flag, words, i, has_value ? value : NULL))
            return false;
        if (has_value)
            return true;
    }
    return true;
}

/* What the flags leave: operands; NULL: it failed. Flags that stand before the verb are read
 * once it is known. */
static GArray *take_words(mn_line *line, const mn_line_words *words, bool flags_too)
{
    g_autoptr(GArray) operands = g_array_new(FALSE, FALSE, sizeof(mn_line_word));
    for (size_t i = 1; i < words->count; i++) {
        const char *text = words->items[i].text;
        if (strcmp(text, "--") == 0) {
            line->rest =
                (mn_line_words){.items = words->items + i + 1, .count = words->count - i - 1};
            break;
        }
        if (*text != '-' || text[1] == '\0')
            g_array_append_val(operands, words->items[i]);
        else if (!flags_too && strcmp(text, "-n") == 0)
            i++;
        else if (flags_too &&
                 !(text[1] == '-' ? take_long(line, words, &i) : take_short(line, words, &i)))
            return NULL;
    }
    return g_steal_pointer(&operands);
}

/* ---- the whole */

static bool read_operands(mn_line *line, const mn_line_words *words, mn_kubectl *out)
{
    g_autoptr(GArray) first = take_words(line, words, false);
    if (first->len == 0)
        return mn_line_fail(
            line, line->end, MN_ERROR_SCHEMA, "kubectl what? Such as: kubectl drain linux-0");
    size_t skip = find_verb(line, (const mn_line_word *)(gconstpointer)first->data, first->len);
    if (skip == 0)
        return false;
    g_autoptr(GArray) operands = take_words(line, words, true);
    if (operands == NULL)
        return false;
    line->operands = (const mn_line_word *)(gconstpointer)operands->data + skip;
    line->count = operands->len - skip;
    if (line->rest.count > 0 && line->verb != MN_VERB_CREATE)
        return mn_line_fail(line,
                            line->rest.items[0].offset,
                            MN_ERROR_SCHEMA,
                            "only kubectl create takes something behind --");
    out->action.verb = line->verb;
    return mn_line_read(line, out);
}

/* NOLINTNEXTLINE(readability-non-const-parameter): the line hands it on */
bool mn_kubectl_read(mn_arena *arena, const mn_line_words *words, mn_kubectl *out, size_t *fault,
                     GError **error)
{
    const mn_line_word *last = &words->items[words->count - 1];
    mn_line line = {
        .arena = arena,
        .end = last->offset + strlen(last->text),
        .fault = fault,
        .error = error,
    };
    *out = (mn_kubectl){
        .action = {.replicas = -1, .current_replicas = -1, .grace_period_s = -1},
    };
    if (strcmp(words->items[0].text, "kubectl") != 0)
        return mn_line_fail(&line,
                            words->items[0].offset,
                            MN_ERROR_UNKNOWN,
                            "expected a kubectl command, found \"%.60s\"",
                            words->items[0].text);
    return read_operands(&line, words, out);
}

void mn_kubectl_describe(GString *out, const mn_kubectl_printer *printer)
{
    for (size_t i = 0; i < VERB_COUNT; i++) {
        printer->verb(out, verbs[i].words, verbs[i].operands, verbs[i].summary);
        for (size_t flag = 0; flag < MN_FLAG_COUNT; flag++) {
            const struct flag_row *row = &flags[flag];
            if (flag_is_of(flag, (mn_verb)i))
                printer->flag(out, row->letter, row->name, row->value, row->help);
        }
    }
}
