/* SPDX-License-Identifier: Apache-2.0 */
/* Signals in names and text: images, paths, commands, tolerations, labels.
 *
 * One piece of evidence for each OS and place is enough: a container with forty
 * mounts below /etc is no more Linux than one with a single one. */
#include "core/os/signals.h"

static bool read_image_map(mn_collector *collector, const char *image)
{
    const mn_os_image_map *map = collector->in->image_map;
    for (size_t i = 0; map != NULL && i < map->count; i++) {
        const mn_os_image_row *row = &map->items[i];
        if (!mn_image_matches(row->glob, mn_str_of(image)))
            continue;
        mn_os_evidence evidence = {.os = row->os,
                                   .strength = MN_STRENGTH_STRONG,
                                   .field = "image",
                                   .said = mn_str_of(image),
                                   .because = MN_STR_LIT("imageMap"),
                                   .builds = row->builds};
        if (row->os != MN_OS_UNKNOWN)
            mn_os_emit(collector, &evidence);
        if (row->os == MN_OS_WINDOWS && row->builds.bounded)
            mn_os_demand_image_builds(collector, &evidence);
        return true;
    }
    return false;
}

void mn_os_read_image(mn_collector *collector, const mn_container *container)
{
    if (container == NULL || container->image == NULL ||
        read_image_map(collector, container->image))
        return;
    mn_image_verdict verdict = mn_image_judge(mn_str_of(container->image));
    if (verdict.os == MN_OS_UNKNOWN)
        return;
    bool by_name = verdict.matched.ptr == container->image;
    mn_os_evidence evidence = {.os = verdict.os,
                               .strength = verdict.strength,
                               .field = "image",
                               .said = mn_str_of(container->image),
                               .because = by_name ? (mn_str){.len = 0} : verdict.matched,
                               .builds = verdict.builds};
    mn_os_emit(collector, &evidence);
    if (verdict.os != MN_OS_WINDOWS || verdict.strength < MN_STRENGTH_STRONG)
        return;
    if (verdict.builds.bounded)
        mn_os_demand_image_builds(collector, &evidence);
    if (verdict.version.has_revision && collector->out->image_version.build == 0)
        collector->out->image_version = verdict.version;
}

void mn_os_read_sighting(mn_collector *collector, const mn_container *container)
{
    const mn_os_sightings *sightings = collector->in->sightings;
    if (container == NULL || container->image == NULL || sightings == NULL)
        return;
    for (size_t i = 0; i < sightings->count; i++) {
        const mn_os_sighting *seen = &sightings->items[i];
        if (seen->os == MN_OS_UNKNOWN || strcmp(seen->image, container->image) != 0)
            continue;
        mn_os_emit(collector,
                   &(mn_os_evidence){.os = seen->os,
                                     .strength = MN_STRENGTH_STRONG,
                                     .field = "image",
                                     .said = mn_str_of(container->image),
                                     .because = mn_str_of(seen->where),
                                     .builds = seen->builds});
        return;
    }
}

static bool is_below(const char *path, const char *folder)
{
    size_t len = strlen(folder);
    return strncmp(path, folder, len) == 0 && (path[len] == '/' || path[len] == '\0');
}

static bool has_drive(const char *path)
{
    return g_ascii_isalpha(path[0]) && path[1] == ':' &&
           (path[2] == '\\' || path[2] == '/' || path[2] == '\0');
}

static mn_os os_of_path(const char *path)
{
    static const char *const folders[] = {"/proc", "/sys", "/dev", "/etc", "/var/lib/docker"};
    if (path == NULL)
        return MN_OS_UNKNOWN;
    if (has_drive(path) || g_str_has_prefix(path, "\\\\") || g_str_has_prefix(path, "//./pipe/"))
        return MN_OS_WINDOWS;
    for (size_t i = 0; i < G_N_ELEMENTS(folders); i++)
        if (is_below(path, folders[i]))
            return MN_OS_LINUX;
    if ((is_below(path, "/run") || is_below(path, "/var/run")) && g_str_has_suffix(path, ".sock"))
        return MN_OS_LINUX;
    return MN_OS_UNKNOWN;
}

/* The first of its OS at this place; `seen` remembers. */
static void emit_first(mn_collector *collector, const mn_os_evidence *evidence,
                       bool seen[MN_OS_COUNT])
{
    if (evidence->os == MN_OS_UNKNOWN || seen[evidence->os])
        return;
    seen[evidence->os] = true;
    mn_os_emit(collector, evidence);
}

static void emit_path(mn_collector *collector, const char *field, size_t item, const char *path,
                      bool seen[MN_OS_COUNT])
{
    mn_os_evidence evidence = {.os = os_of_path(path),
                               .strength = MN_STRENGTH_MEDIUM,
                               .field = field,
                               .item = item,
                               .said = path != NULL ? mn_str_of(path) : (mn_str){.len = 0}};
    emit_first(collector, &evidence, seen);
}

void mn_os_read_paths(mn_collector *collector, const mn_container *container)
{
    bool seen[MN_OS_COUNT] = {false};
    const mn_volumes *volumes = &collector->in->spec->volumes;
    for (size_t i = 0; container == NULL && i < volumes->count; i++)
        if (volumes->items[i].host_path != NULL)
            emit_path(collector,
                      "spec.volumes[].hostPath.path",
                      i,
                      volumes->items[i].host_path->path,
                      seen);
    for (size_t i = 0; container != NULL && i < container->volume_mounts.count; i++)
        emit_path(collector,
                  "volumeMounts[].mountPath",
                  i,
                  container->volume_mounts.items[i].mount_path,
                  seen);
}

static const struct {
    const char *word;
    mn_os os;
    mn_strength strength;
} shells[] = {
    {.word = "cmd", .os = MN_OS_WINDOWS, .strength = MN_STRENGTH_MEDIUM},
    {.word = "powershell", .os = MN_OS_WINDOWS, .strength = MN_STRENGTH_MEDIUM},
    {.word = "pwsh", .os = MN_OS_WINDOWS, .strength = MN_STRENGTH_WEAK},
    {.word = "ash", .os = MN_OS_LINUX, .strength = MN_STRENGTH_MEDIUM},
    {.word = "bash", .os = MN_OS_LINUX, .strength = MN_STRENGTH_MEDIUM},
    {.word = "dash", .os = MN_OS_LINUX, .strength = MN_STRENGTH_MEDIUM},
    {.word = "sh", .os = MN_OS_LINUX, .strength = MN_STRENGTH_MEDIUM},
};

static bool ends_in_exe(const char *word)
{
    size_t len = strlen(word);
    return len > 4 && g_ascii_strcasecmp(word + len - 4, ".exe") == 0;
}

static void judge_command(const char *word, mn_os_evidence *evidence)
{
    evidence->strength = MN_STRENGTH_MEDIUM;
    if (has_drive(word) || ends_in_exe(word))
        evidence->os = MN_OS_WINDOWS;
    else if (is_below(word, "/bin") || is_below(word, "/sbin") || is_below(word, "/usr"))
        evidence->os = MN_OS_LINUX;
    for (size_t i = 0; evidence->os == MN_OS_UNKNOWN && i < G_N_ELEMENTS(shells); i++) {
        if (g_ascii_strcasecmp(word, shells[i].word) != 0)
            continue;
        evidence->os = shells[i].os;
        evidence->strength = shells[i].strength;
    }
}

/* What is shown of a word that decided: the program. Whole command lines come as one word, too,
 * and what follows may be a secret, which has no place in a log. */
static mn_str program_of(const char *word)
{
    static const char exe[] = ".exe";
    const size_t first = strcspn(word, " \t\r\n");
    for (const char *at = word; (at = strchr(at, '.')) != NULL; at++)
        if (g_ascii_strncasecmp(at, exe, sizeof exe - 1) == 0 &&
            strchr(" \t\r\n\"'", at[sizeof exe - 1]) != NULL)
            return (mn_str){.ptr = word, .len = (size_t)(at - word) + sizeof exe - 1};
    return (mn_str){.ptr = word, .len = first};
}

/* True when there was a first word, whatever it said. */
static bool read_command(mn_collector *collector, const char *field, const mn_strings *words,
                         bool seen[MN_OS_COUNT])
{
    if (words->count == 0)
        return false;
    mn_os_evidence evidence = {.field = field, .said = program_of(words->items[0])};
    judge_command(words->items[0], &evidence);
    emit_first(collector, &evidence, seen);
    return true;
}

void mn_os_read_commands(mn_collector *collector, const mn_container *container)
{
    bool seen[MN_OS_COUNT] = {false};
    if (container == NULL)
        return;
    const struct {
        const char *field;
        const mn_strings *words;
    } places[] = {
        {"livenessProbe.exec.command", &container->liveness_probe.exec.command},
        {"readinessProbe.exec.command", &container->readiness_probe.exec.command},
        {"startupProbe.exec.command", &container->startup_probe.exec.command},
        {"lifecycle.postStart.exec.command", &container->lifecycle.post_start.exec.command},
        {"lifecycle.preStop.exec.command", &container->lifecycle.pre_stop.exec.command},
    };
    if (!read_command(collector, "command", &container->command, seen))
        (void)read_command(collector, "args", &container->args, seen);
    for (size_t i = 0; i < G_N_ELEMENTS(places); i++)
        (void)read_command(collector, places[i].field, places[i].words, seen);
}

/* Keys of taints that clusters put on nodes of one OS; compared with case, as the
 * scheduler does. `value` begins a value without case: "Windows", "Win2019". */
static const struct {
    const char *key, *value;
    mn_os os;
} os_taints[] = {
    {.key = "os", .value = "win", .os = MN_OS_WINDOWS},
    {.key = "OS", .value = "win", .os = MN_OS_WINDOWS},
    {.key = "node.kubernetes.io/os", .value = "win", .os = MN_OS_WINDOWS},
    {.key = "kubernetes.io/os", .value = "win", .os = MN_OS_WINDOWS},
    {.key = "sku", .value = "win", .os = MN_OS_WINDOWS},
    {.key = "windows", .value = "", .os = MN_OS_WINDOWS},
    {.key = "cattle.io/os", .value = "linux", .os = MN_OS_LINUX},
};

static mn_os os_of_toleration(const mn_toleration *toleration)
{
    for (size_t i = 0; i < G_N_ELEMENTS(os_taints); i++) {
        if (strcmp(toleration->key, os_taints[i].key) != 0)
            continue;
        size_t len = strlen(os_taints[i].value);
        if (toleration->op == MN_TOLERATION_EXISTS ||
            g_ascii_strncasecmp(toleration->value, os_taints[i].value, len) == 0)
            return os_taints[i].os;
    }
    return MN_OS_UNKNOWN;
}

void mn_os_read_tolerations(mn_collector *collector, const mn_container *container)
{
    bool seen[MN_OS_COUNT] = {false};
    const mn_tolerations *tolerations = &collector->in->spec->tolerations;
    for (size_t i = 0; container == NULL && i < tolerations->count; i++) {
        const mn_toleration *toleration = &tolerations->items[i];
        if (toleration->key == NULL || toleration->key[0] == '\0')
            continue;
        mn_os_evidence evidence = {.os = os_of_toleration(toleration),
                                   .strength = MN_STRENGTH_WEAK,
                                   .field = "spec.tolerations[]",
                                   .item = i,
                                   .key = toleration->key,
                                   .said = mn_str_of(toleration->value)};
        emit_first(collector, &evidence, seen);
    }
}

static bool has_windows_word(const char *text)
{
    return text != NULL &&
           (mn_os_has_word(mn_str_of(text), "windows") || mn_os_has_word(mn_str_of(text), "win"));
}

static void hint(mn_collector *collector, const char *field, const char *key, const char *text,
                 bool seen[MN_OS_COUNT])
{
    if (!has_windows_word(text))
        return;
    mn_os_evidence evidence = {.os = MN_OS_WINDOWS,
                               .strength = MN_STRENGTH_WEAK,
                               .field = field,
                               .key = key,
                               .said = mn_str_of(text)};
    emit_first(collector, &evidence, seen);
}

/* kubelet compares this label of the Pod itself with the node's. */
static void read_os_label(mn_collector *collector)
{
    const char *value = mn_labels_find(&collector->in->meta->labels, MN_LABEL_OS);
    mn_os os = MN_OS_UNKNOWN;
    if (g_strcmp0(value, "linux") == 0)
        os = MN_OS_LINUX;
    else if (g_strcmp0(value, "windows") == 0)
        os = MN_OS_WINDOWS;
    if (os == MN_OS_UNKNOWN)
        return;
    mn_os_emit(collector,
               &(mn_os_evidence){.os = os,
                                 .strength = MN_STRENGTH_STRONG,
                                 .field = "metadata.labels",
                                 .key = MN_LABEL_OS,
                                 .said = mn_str_of(value)});
}

void mn_os_read_names(mn_collector *collector, const mn_container *container)
{
    static const char *const labels[] = {"app", "app.kubernetes.io/name", "k8s-app"};
    const mn_meta *meta = collector->in->meta;
    bool seen[MN_OS_COUNT] = {false};
    if (container != NULL) {
        hint(collector, "name", NULL, container->name, seen);
        return;
    }
    read_os_label(collector);
    hint(collector, "metadata.name", NULL, meta->name, seen);
    hint(collector, "metadata.generateName", NULL, meta->generate_name, seen);
    for (size_t i = 0; i < G_N_ELEMENTS(labels); i++)
        hint(collector,
             "metadata.labels",
             labels[i],
             mn_labels_find(&meta->labels, labels[i]),
             seen);
}
