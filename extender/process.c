/* SPDX-License-Identifier: Apache-2.0 */
/* What Linux says of this process, for the metrics that every exporter has. */
#include "extender/metrics.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

static double seconds(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static double count_fds(void)
{
    double count = 0;
    DIR *folder = opendir("/proc/self/fd");
    if (folder == NULL)
        return 0;
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): the stream is ours alone */
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder))
        count += *entry->d_name == '.' ? 0 : 1;
    (void)closedir(folder);
    return count - 1; /* the one for looking */
}

static void read_memory(double *virtual_bytes, double *resident_bytes)
{
    g_autofree char *text = NULL;
    char *end = NULL;
    const double page = (double)sysconf(_SC_PAGESIZE);
    if (!g_file_get_contents("/proc/self/statm", &text, NULL, NULL))
        return;
    *virtual_bytes = (double)g_ascii_strtoull(text, &end, 10) * page;
    *resident_bytes = (double)g_ascii_strtoull(end, NULL, 10) * page;
}

void ext_metrics_of_process(ext_metrics *metrics)
{
    struct rusage usage = {0};
    struct rlimit files = {0};
    double virtual_bytes = 0, resident_bytes = 0;
    (void)getrusage(RUSAGE_SELF, &usage);
    (void)getrlimit(RLIMIT_NOFILE, &files);
    read_memory(&virtual_bytes, &resident_bytes);
    ext_set(&metrics->cpu[0][0], seconds(usage.ru_utime) + seconds(usage.ru_stime));
    ext_set(&metrics->open_fds[0][0], count_fds());
    ext_set(&metrics->max_fds[0][0], (double)files.rlim_cur);
    ext_set(&metrics->virtual_bytes[0][0], virtual_bytes);
    ext_set(&metrics->resident_bytes[0][0], resident_bytes);
}
