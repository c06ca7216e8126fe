/* SPDX-License-Identifier: Apache-2.0 */
/* Days are found one by one, hours and minutes by bits: four years of days at most. */
#include "simulator/engine/controllers/schedule.h"

#include "mullion/base/error.h"

#include <string.h>

enum { BEGIN_MINUTE = 29000000, DAY_MINUTES = 24 * 60, MINUTE_MS = 60 * 1000 };

static const char *const month_names[] = {
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", NULL};
static const char *const weekday_names[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat", NULL};

/* ---- parsing */

static const struct field {
    const char *name;
    int first, last;
    const char *const *words;
} fields[] = {
    {"minute", 0, 59, NULL},
    {"hour", 0, 23, NULL},
    {"day of the month", 1, 31, NULL},
    {"month", 1, 12, month_names},
    {"day of the week", 0, 7, weekday_names},
};

enum { FIELDS = G_N_ELEMENTS(fields) };

static const struct {
    const char *name, *text;
} nicknames[] = {
    {"@yearly", "0 0 1 1 *"},
    {"@annually", "0 0 1 1 *"},
    {"@monthly", "0 0 1 * *"},
    {"@weekly", "0 0 * * 0"},
    {"@daily", "0 0 * * *"},
    {"@midnight", "0 0 * * *"},
    {"@hourly", "0 * * * *"},
};

static bool complain(const struct field *field, const char *text, GError **error)
{
    g_set_error(error,
                MN_ERROR,
                MN_ERROR_SYNTAX,
                "schedule: %s: expected *, numbers from %d to %d, ranges and steps, found \"%s\"",
                field->name,
                field->first,
                field->last,
                text);
    return false;
}

/* A number or the name of a month or day; moves on. */
static bool take_value(const struct field *field, const char **at, int *out)
{
    for (int i = 0; field->words != NULL && field->words[i] != NULL; i++) {
        if (g_ascii_strncasecmp(*at, field->words[i], 3) == 0) {
            *out = field->first + i;
            *at += 3;
            return true;
        }
    }
    int value = 0, digits = 0;
    for (; g_ascii_isdigit(**at) && digits < 3; (*at)++, digits++)
        value = value * 10 + (**at - '0');
    *out = value;
    return digits > 0 && value >= field->first && value <= field->last;
}

/* "*", "5", "1-5", "*" "/10", "3-30/3"; one of a list. */
static bool take_range(const struct field *field, const char **at, uint64_t *bits, bool *any)
{
    int first = field->first, last = field->last, step = 1;
    const bool star = **at == '*' || **at == '?';
    if (star) {
        (*at)++;
    } else {
        if (!take_value(field, at, &first))
            return false;
        last = first;
        if (**at == '-') {
            (*at)++;
            if (!take_value(field, at, &last) || last < first)
                return false;
        } else if (**at == '/') {
            last = field->last;
        }
    }
    if (**at == '/') {
        static const struct field steps = {"step", 1, 99, NULL};
        (*at)++;
        if (!take_value(&steps, at, &step))
            return false;
    }
    *any = *any || (star && step == 1);
    for (int value = first; value <= last; value += step)
        *bits |= UINT64_C(1) << value;
    return true;
}

static bool parse_field(const struct field *field, const char *text, uint64_t *bits, bool *any,
                        GError **error)
{
    const char *at = text;
    *bits = 0;
    *any = false;
    do {
        if (!take_range(field, &at, bits, any))
            return complain(field, text, error);
    } while (*at++ == ',');
    return at[-1] == '\0' || complain(field, text, error);
}

static bool parse_words(char **words, mn_schedule *out, GError **error)
{
    uint64_t *const bits[FIELDS] = {
        &out->minutes, &out->hours, &out->days, &out->months, &out->weekdays};
    bool any[FIELDS];
    for (size_t i = 0; i < FIELDS; i++) {
        if (!parse_field(&fields[i], words[i], bits[i], &any[i], error))
            return false;
    }
    out->any_day = any[2];
    out->any_weekday = any[4];
    if (out->weekdays & (UINT64_C(1) << 7))
        out->weekdays |= 1;
    return true;
}

bool mn_schedule_parse(const char *text, mn_schedule *out, GError **error)
{
    enum { MAX_TEXT = 512 };
    for (size_t i = 0; text != NULL && i < G_N_ELEMENTS(nicknames); i++) {
        if (strcmp(text, nicknames[i].name) == 0)
            text = nicknames[i].text;
    }
    if (text == NULL || strlen(text) > MAX_TEXT) {
        g_set_error(error, MN_ERROR, MN_ERROR_SYNTAX, "schedule: expected five fields");
        return false;
    }
    g_auto(GStrv) words = g_strsplit_set(text, " \t", -1);
    g_autoptr(GPtrArray) kept = g_ptr_array_new();
    for (char **word = words; *word != NULL; word++) {
        if (**word != '\0')
            g_ptr_array_add(kept, *word);
    }
    if (kept->len != FIELDS) {
        g_set_error(error,
                    MN_ERROR,
                    MN_ERROR_SYNTAX,
                    "schedule: expected five fields, or @hourly, @daily, @weekly, @monthly, "
                    "@yearly, found \"%s\"",
                    text);
        return false;
    }
    mn_schedule schedule = {0};
    if (!parse_words((char **)kept->pdata, &schedule, error))
        return false;
    *out = schedule;
    return true;
}

/* ---- time */

typedef struct date {
    int64_t year;
    int month, day;
} date;

/* Days since 1970-01-01, by the count of days since 0000-03-01 (H. Hinnant's algorithm). */
static date date_of(int64_t day)
{
    const int64_t shifted = day + 719468;
    const int64_t era = shifted / 146097, in_era = shifted % 146097;
    const int64_t year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    const int64_t in_year = in_era - (365 * year + year / 4 - year / 100);
    const int64_t month = (5 * in_year + 2) / 153;
    return (date){
        .year = year + era * 400 + (month >= 10),
        .month = (int)(month < 10 ? month + 3 : month - 9),
        .day = (int)(in_year - (153 * month + 2) / 5 + 1),
    };
}

static bool has(uint64_t bits, int value)
{
    return (bits >> value & 1) != 0;
}

/* As cron has it: when both days are restricted, either will do. */
static bool is_day(const mn_schedule *schedule, int64_t day)
{
    const date d = date_of(day);
    const int weekday = (int)((day + 4) % 7); /* 1970-01-01 was a Thursday */
    if (!has(schedule->months, d.month))
        return false;
    const bool by_day = has(schedule->days, d.day), by_weekday = has(schedule->weekdays, weekday);
    if (schedule->any_day || schedule->any_weekday)
        return by_day && by_weekday;
    return by_day || by_weekday;
}

int64_t mn_schedule_minute(int64_t now_ms)
{
    return BEGIN_MINUTE + now_ms / MINUTE_MS;
}

int64_t mn_schedule_next_ms(const mn_schedule *schedule, int64_t now_ms)
{
    enum { MAX_DAYS = 366 * 8 + 1 };
    int64_t minute = mn_schedule_minute(now_ms) + 1;
    for (int days = 0; days < MAX_DAYS; days++, minute = (minute / DAY_MINUTES + 1) * DAY_MINUTES) {
        if (!is_day(schedule, minute / DAY_MINUTES))
            continue;
        for (int64_t at = minute; at / DAY_MINUTES == minute / DAY_MINUTES; at++) {
            if (has(schedule->hours, (int)(at % DAY_MINUTES / 60)) &&
                has(schedule->minutes, (int)(at % 60)))
                return (at - BEGIN_MINUTE) * MINUTE_MS;
        }
    }
    return INT64_MAX;
}
