/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/reports/pending.h"

#include <stdbool.h>
#include <string.h>

/* What a reason begins with, and what is said instead; what follows it is kept. */
static const struct {
    const char *reason, *words;
} shorter[] = {
    {"Insufficient ", "short of "},
    {"Too many pods", "full of Pods"},
    {"node(s) couldn't run a Pod with both Linux and Windows containers", "of one OS only"},
    {"node(s) couldn't run a Pod whose OS settings contradict each other", "for contradictions"},
    {"node(s) didn't have free ports for the requested pod ports", "with the port taken"},
    {"node(s) didn't match Pod's node affinity/selector", "not selected"},
    {"node(s) didn't match pod affinity rules", "against its Pod affinity"},
    {"node(s) didn't match pod anti-affinity rules", "against its Pod anti-affinity"},
    {"node(s) didn't match pod topology spread constraints", "against its spread constraints"},
    {"node(s) didn't match the requested node name", "of another name"},
    {"node(s) had a Windows build that can't run the Pod", "of another Windows build"},
    {"node(s) had untolerated taint ", "tainted "},
    {"node(s) ran Linux, the Pod needs Windows", "on Linux"},
    {"node(s) ran Windows, the Pod needs Linux", "on Windows"},
    {"node(s) were unschedulable", "cordoned"},
};

static void append_reason(GString *out, const char *reason, size_t len)
{
    for (size_t i = 0; i < G_N_ELEMENTS(shorter); i++) {
        size_t known = strlen(shorter[i].reason);
        if (len < known || strncmp(reason, shorter[i].reason, known) != 0)
            continue;
        g_string_append(out, shorter[i].words);
        g_string_append_len(out, reason + known, (gssize)(len - known));
        return;
    }
    g_string_append_len(out, reason, (gssize)len);
}

/* The end of a reason: before ", 3 ..." (a comma alone may stand within one), before the full
 * stop that ends the list, or of the text. */
static size_t reason_length(const char *text)
{
    for (const char *p = text; *p != '\0'; p++) {
        bool next = p[0] == ',' && p[1] == ' ' && g_ascii_isdigit(p[2]);
        bool stop = p[0] == '.' && (p[1] == ' ' || p[1] == '\0');
        if (next || stop)
            return (size_t)(p - text);
    }
    return strlen(text);
}

void mn_phrase_pending(GString *out, const char *message)
{
    static const char opening[] = " nodes are available: ";
    const char *found = strstr(message, opening);
    if (found == NULL)
        return;
    g_string_append(out, "nodes: ");
    for (const char *p = found + sizeof opening - 1; g_ascii_isdigit(*p);) {
        size_t digits = strspn(p, "0123456789 ");
        g_string_append_len(out, p, (gssize)digits);
        p += digits;
        size_t len = reason_length(p);
        append_reason(out, p, len);
        p += len;
        if (*p != ',')
            return;
        g_string_append(out, ", ");
        p += 2;
    }
}
