/* SPDX-License-Identifier: Apache-2.0 */
/* `mullion`: standard streams and signals around mn_cli_run(). */
#include "simulator/cli.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* 0: no terminal. */
static size_t terminal_columns(int descriptor)
{
    struct winsize size = {0};
    if (isatty(descriptor) != 1 || ioctl(descriptor, TIOCGWINSZ, &size) != 0)
        return 0;
    return size.ws_col;
}

static const char *or_empty(const char *text)
{
    return text == NULL ? "" : text;
}

/* https://no-color.org: there and not empty. */
static bool wants_no_color(void)
{
    return *or_empty(g_getenv("NO_COLOR")) != '\0' ||
           strcmp(or_empty(g_getenv("TERM")), "dumb") == 0;
}

/* The report is written in one go; a disk that is full is noticed, and a reader that
 * went away (`| head`) is no news. */
static mn_exit write_out(const GString *out, mn_exit status)
{
    size_t done = 0;
    while (done < out->len) {
        ssize_t n = write(STDOUT_FILENO, out->str + done, out->len - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            if (errno != EPIPE)
                (void)fprintf(
                    stderr, "mullion: cannot write to standard output: %s\n", g_strerror(errno));
            return MN_EXIT_INTERNAL;
        }
        done += (size_t)n;
    }
    return status;
}

int main(int argc, char **argv)
{
    g_autoptr(GString) out = g_string_new(NULL);
    const mn_terminal terminal = {
        .out = out,
        .err = stderr,
        .out_is_terminal = isatty(STDOUT_FILENO) == 1,
        .no_color = wants_no_color(),
        .columns = terminal_columns(STDOUT_FILENO),
        .err_is_terminal = isatty(STDERR_FILENO) == 1,
        .err_columns = terminal_columns(STDERR_FILENO),
    };
    (void)signal(SIGPIPE, SIG_IGN);
    mn_exit status = mn_cli_run(&terminal, (size_t)argc, argv);
    return (int)write_out(out, status);
}
