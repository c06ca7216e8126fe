/* SPDX-License-Identifier: Apache-2.0 */
/* An image reference taken apart, and the one name that all its spellings share.
 *
 * More is taken for a reference than the grammar allows (upper case in the path,
 * any length of a tag): the policy would rather read a sloppy name than none.
 * Only bytes that no reference can have make it none.
 */
#include "mullion/os/image.h"

#include <glib.h>
#include <stdio.h>

/* Other names for what another registry serves; prefixes of a canonical name. */
static const struct {
    const char *from, *to;
} aliases[] = {
    {.from = "index.docker.io/", .to = "docker.io/"},
    {.from = "registry-1.docker.io/", .to = "docker.io/"},
    {.from = "registry.hub.docker.com/", .to = "docker.io/"},
    {.from = "mirror.gcr.io/", .to = "docker.io/"},
    {.from = "public.ecr.aws/docker/", .to = "docker.io/"},
    {.from = "k8s.gcr.io/", .to = "registry.k8s.io/"},
    {.from = "gcr.io/google-containers/", .to = "registry.k8s.io/"},
    {.from = "gcr.io/google_containers/", .to = "registry.k8s.io/"},
    {.from = "mcr.azure.cn/", .to = "mcr.microsoft.com/"},
};

/* Registries that pull-through caches keep in the path: reg.corp/quay.io/x/y. */
static const char *const upstreams[] = {
    "/cgr.dev/",
    "/docker.io/",
    "/gcr.io/",
    "/ghcr.io/",
    "/k8s.gcr.io/",
    "/lscr.io/",
    "/mcr.microsoft.com/",
    "/nvcr.io/",
    "/public.ecr.aws/",
    "/quay.io/",
    "/registry.access.redhat.com/",
    "/registry.k8s.io/",
    "/registry.redhat.io/",
};

enum { NAME_SIZE = sizeof((mn_image_ref *)NULL)->name };

/* GLib's is a call into a shared library, once for each byte. */
static char to_lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
}

static mn_str before(mn_str text, size_t at)
{
    return (mn_str){.ptr = text.ptr, .len = at};
}

static mn_str from(mn_str text, size_t at)
{
    return (mn_str){.ptr = text.ptr + at, .len = text.len - at};
}

static bool find_byte(mn_str text, char byte, size_t *at)
{
    const char *found = text.len > 0 ? memchr(text.ptr, byte, text.len) : NULL;
    if (found == NULL)
        return false;
    *at = (size_t)(found - text.ptr);
    return true;
}

static bool is_printable(mn_str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!g_ascii_isgraph(text.ptr[i]))
            return false;
    return true;
}

/* "x:tag": the last colon, unless it belongs to a port ("reg:5000/x"). */
static void cut_tag(mn_str *name, mn_str *tag)
{
    for (size_t at = name->len; at > 0 && name->ptr[at - 1] != '/'; at--) {
        if (name->ptr[at - 1] != ':')
            continue;
        *tag = from(*name, at);
        *name = before(*name, at - 1);
        return;
    }
}

/* The first part is a registry when it has a dot or a colon, or is "localhost". */
static void cut_registry(mn_str *path, mn_str *registry)
{
    size_t slash, unused;
    if (!find_byte(*path, '/', &slash))
        return;
    mn_str first = before(*path, slash);
    if (!find_byte(first, '.', &unused) && !find_byte(first, ':', &unused) &&
        !mn_str_eq(first, MN_STR_LIT("localhost")))
        return;
    *registry = first;
    *path = from(*path, slash + 1);
}

/* Replaces the first `cut` bytes. What does not fit stays as it was. */
static void replace_start(char name[NAME_SIZE], size_t cut, const char *start)
{
    char tail[NAME_SIZE];
    if (strlen(start) + strlen(name) - cut >= NAME_SIZE)
        return;
    (void)g_strlcpy(tail, name + cut, sizeof tail);
    (void)snprintf(name, NAME_SIZE, "%s%s", start, tail);
}

/* A registry further on in the path has a dot: most names are done by then. */
static bool strip_upstream(char name[NAME_SIZE])
{
    const char *slash = strchr(name, '/');
    if (slash == NULL || strchr(slash, '.') == NULL)
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(upstreams); i++) {
        const char *found = strstr(slash, upstreams[i]);
        if (found == NULL)
            continue;
        replace_start(name, (size_t)(found - name) + 1, "");
        return true;
    }
    return false;
}

static void strip_mirror(char name[NAME_SIZE])
{
    const char *library = strstr(name, "/library/");
    if (!strip_upstream(name) && library != NULL)
        replace_start(name, (size_t)(library - name), "docker.io");
}

static void resolve_alias(char name[NAME_SIZE])
{
    for (size_t i = 0; i < G_N_ELEMENTS(aliases); i++) {
        const char *alias = aliases[i].from;
        if (*name != *alias || !g_str_has_prefix(name, alias)) /* most, by their first byte */
            continue;
        replace_start(name, strlen(alias), aliases[i].to);
        return;
    }
}

/* In lower case, as much of it as there is room for. */
static size_t append_lower(char name[NAME_SIZE], size_t used, mn_str text)
{
    for (size_t i = 0; i < text.len && used + 1 < NAME_SIZE; i++)
        name[used++] = to_lower(text.ptr[i]);
    name[used] = '\0';
    return used;
}

static void make_canonical(mn_image_ref *ref)
{
    static const char hub[] = "docker.io/";
    mn_str registry = ref->registry.len > 0 ? ref->registry : MN_STR_LIT("docker.io");

    size_t used = append_lower(ref->name, 0, registry);
    used = append_lower(ref->name, used, MN_STR_LIT("/"));
    (void)append_lower(ref->name, used, ref->path);
    strip_mirror(ref->name);
    resolve_alias(ref->name);
    if (g_str_has_prefix(ref->name, hub) && strchr(ref->name + sizeof hub - 1, '/') == NULL)
        replace_start(ref->name, sizeof hub - 1, "docker.io/library/");
}

bool mn_image_ref_parse(mn_str text, mn_image_ref *out)
{
    size_t at;
    if (text.len == 0 || text.len > MN_IMAGE_MAX || !is_printable(text))
        return false;
    mn_str path = text, registry = {0}, tag = {0}, digest = {0};
    if (find_byte(path, '@', &at)) {
        digest = from(path, at + 1);
        path = before(path, at);
    }
    cut_tag(&path, &tag);
    cut_registry(&path, &registry);
    if (path.len == 0)
        return false;
    out->registry = registry;
    out->path = path;
    out->tag = tag;
    out->digest = digest;
    make_canonical(out);
    return true;
}

static bool same_byte(char pattern, char byte)
{
    return pattern == '?' || to_lower(pattern) == to_lower(byte);
}

/* Goes back to the last star only, which is enough: what an earlier star could
 * take more, the last one can take as well. */
bool mn_image_glob(mn_str pattern, mn_str text)
{
    size_t p = 0, t = 0, star = SIZE_MAX, resume = 0;
    while (t < text.len) {
        if (p < pattern.len && pattern.ptr[p] == '*') {
            star = p++;
            resume = t;
        } else if (p < pattern.len && same_byte(pattern.ptr[p], text.ptr[t])) {
            p++;
            t++;
        } else if (star != SIZE_MAX) {
            p = star + 1;
            t = ++resume;
        } else {
            return false;
        }
    }
    while (p < pattern.len && pattern.ptr[p] == '*')
        p++;
    return p == pattern.len;
}

bool mn_image_matches(const char *glob, mn_str reference)
{
    mn_image_ref ref;
    mn_str pattern = mn_str_of(glob);
    char full[MN_IMAGE_MAX + 64 + NAME_SIZE];

    if (mn_image_glob(pattern, reference))
        return true;
    if (!mn_image_ref_parse(reference, &ref))
        return false;
    if (mn_image_glob(pattern, mn_str_of(ref.name)))
        return true;
    if (ref.tag.len == 0)
        return false;
    (void)snprintf(full, sizeof full, "%s:%.*s", ref.name, MN_STR_ARG(ref.tag));
    return mn_image_glob(pattern, mn_str_of(full));
}
