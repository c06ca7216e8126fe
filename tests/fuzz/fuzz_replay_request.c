/* SPDX-License-Identifier: Apache-2.0 */
/* A file given to `mullion-extender replay`: an answer with its reasons, as text and as JSON,
 * whatever is in the file.
 *
 * The first byte: the verb, or none, and the mode. */
#include "extender/replay.h"
#include "mullion/text/document.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char path[] = "/tmp/mullion-fuzz-XXXXXX";

static void remove_file(void)
{
    (void)unlink(path);
}

/* The one file, made with the first input. */
static const char *file_with(const uint8_t *data, size_t size)
{
    static int fd = -1;
    if (fd < 0) {
        fd = mkstemp(path);
        (void)atexit(remove_file);
    }
    g_assert(ftruncate(fd, 0) == 0 && pwrite(fd, data, size, 0) == (ssize_t)size);
    return path;
}

static ext_log *the_log(void)
{
    static ext_log *log;
    if (log == NULL)
        log = ext_log_new(open("/dev/null", O_WRONLY | O_CLOEXEC), EXT_ERROR);
    return log;
}

/* False: there is nothing to print. */
static bool play(const char *file, uint8_t how, const char *output, GString *out)
{
    static const char *const verbs[] = {NULL, "filter", "prioritize", "preempt"};
    static const char *const modes[] = {"enforce", "prefer", "observe"};
    const ext_options options = {.action = EXT_REPLAY,
                                 .operand = (char *)(uintptr_t)file,
                                 .verb = (char *)(uintptr_t)verbs[how % G_N_ELEMENTS(verbs)],
                                 .output = (char *)(uintptr_t)output};
    ext_config *config = ext_config_new();
    g_autoptr(GError) error = NULL;
    bool understood = false;
    g_assert(ext_config_set(config, "mode", modes[how / 4 % G_N_ELEMENTS(modes)], "m", NULL));
    const bool played = ext_replay(&options, config, the_log(), out, &understood, &error);
    g_assert(played == (error == NULL));
    return played;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GString) json = g_string_new(NULL);
    const char *file = file_with(data + 1, size - 1);
    g_assert(play(file, data[0], "text", text) == play(file, data[0], "json", json));
    if (json->len == 0)
        return 0;
    json_t *tree = mn_document_load_json(json->str, json->len, 300, NULL);
    g_assert(tree != NULL && text->len > 0);
    json_decref(tree);
    return 0;
}
