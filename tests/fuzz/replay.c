/* SPDX-License-Identifier: Apache-2.0 */
/* Feeds a corpus to a fuzz target without a fuzzer, so that every compiler and every flavour
 * replays it in `make test`. An empty corpus is a failure: it would prove nothing.
 */
#include <glib.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void replay_file(const char *path)
{
    g_autofree char *bytes = NULL;
    size_t len = 0;
    g_autoptr(GError) error = NULL;

    if (!g_file_get_contents(path, &bytes, &len, &error))
        g_error("%s", error->message);
    /* Exactly as long as the input: a sanitizer sees a read behind its end. */
    g_autofree uint8_t *exact = g_malloc(MAX(len, 1));
    memcpy(exact, bytes, len);
    (void)LLVMFuzzerTestOneInput(exact, len);
}

static int replay_folder(const char *folder)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GDir) dir = g_dir_open(folder, 0, &error);
    if (dir == NULL) {
        (void)fprintf(stderr, "%s\n", error->message);
        return 0;
    }

    int count = 0;
    for (const char *name = g_dir_read_name(dir); name != NULL; name = g_dir_read_name(dir)) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        replay_file(path);
        count++;
    }
    return count;
}

int main(int argc, char **argv)
{
    int count = 0;
    /* A warning of GLib is a bug of the caller: an error set twice, a string that is none. */
    g_log_set_always_fatal(G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING);
    for (int i = 1; i < argc; i++)
        count += replay_folder(argv[i]);
    printf("%d inputs replayed\n", count);
    return count > 0 ? 0 : 1;
}
