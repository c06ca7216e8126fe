/* SPDX-License-Identifier: Apache-2.0 */
/* RuntimeClass and windowsOptions: how the containers are to be run. */
#include "core/os/signals.h"

/* Handlers and, where only the name of the class is known, words in it. */
static const struct {
    const char *word;
    mn_os os;
} runtimes[] = {
    {.word = "runhcs", .os = MN_OS_WINDOWS},
    {.word = "wcow", .os = MN_OS_WINDOWS},
    {.word = "windows", .os = MN_OS_WINDOWS},
    {.word = "win", .os = MN_OS_WINDOWS},
    {.word = "hyperv", .os = MN_OS_WINDOWS},
    {.word = "crun", .os = MN_OS_LINUX},
    {.word = "firecracker", .os = MN_OS_LINUX},
    {.word = "gvisor", .os = MN_OS_LINUX},
    {.word = "kata", .os = MN_OS_LINUX},
    {.word = "nvidia", .os = MN_OS_LINUX},
    {.word = "runc", .os = MN_OS_LINUX},
    {.word = "runsc", .os = MN_OS_LINUX},
    {.word = "sysbox", .os = MN_OS_LINUX},
    {.word = "youki", .os = MN_OS_LINUX},
};

static mn_os os_of_runtime(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(runtimes); i++)
        if (mn_os_has_word(mn_str_of(name), runtimes[i].word))
            return runtimes[i].os;
    return MN_OS_UNKNOWN;
}

static bool isolates(const mn_collector *collector, const char *handler)
{
    const mn_strings *more = collector->in->hypervisor_handlers;
    return mn_os_has_word(mn_str_of(handler), "hypervisor") ||
           mn_os_has_word(mn_str_of(handler), "hyperv") ||
           (more != NULL && mn_strings_contain(more, handler));
}

/* Years and Windows versions in the name of a class: "windows-2019". */
static mn_build_set builds_of_name(const char *name)
{
    for (size_t i = 0; i < mn_winbuild_count; i++) {
        const mn_winbuild *row = &mn_winbuilds[i];
        const char *year = strpbrk(row->os_sku, "0123456789");
        mn_str text = mn_str_of(name);
        if ((year != NULL && mn_os_has_word(text, year)) ||
            (row->beside[0] != '\0' && mn_os_has_word(text, row->beside)))
            return mn_build_set_of(row->build);
    }
    return (mn_build_set){.bounded = false};
}

static void read_class(mn_collector *collector, const mn_runtime_class *class, const char *name)
{
    if (class->scheduling != NULL)
        mn_os_read_class_selector(collector, &class->scheduling->node_selector);
    if (class->handler == NULL)
        return;
    mn_os os = os_of_runtime(class->handler);
    if (isolates(collector, class->handler)) {
        collector->out->hyperv = true;
        os = os == MN_OS_UNKNOWN ? MN_OS_WINDOWS : os;
    }
    if (os == MN_OS_UNKNOWN)
        return;
    mn_os_emit(collector,
               &(mn_os_evidence){.os = os,
                                 .strength = MN_STRENGTH_STRONG,
                                 .field = "spec.runtimeClassName",
                                 .said = mn_str_of(name),
                                 .because = mn_str_of(class->handler)});
}

void mn_os_read_runtime_class(mn_collector *collector, const mn_container *container)
{
    const char *name = collector->in->spec->runtime_class_name;
    if (container != NULL || name == NULL)
        return;
    if (collector->in->runtime_class != NULL) {
        read_class(collector, collector->in->runtime_class, name);
        return;
    }
    mn_os os = os_of_runtime(name);
    mn_os_evidence evidence = {.os = os,
                               .strength = MN_STRENGTH_MEDIUM,
                               .field = "spec.runtimeClassName",
                               .said = mn_str_of(name)};
    if (os == MN_OS_WINDOWS)
        evidence.builds = builds_of_name(name);
    if (os != MN_OS_UNKNOWN)
        mn_os_emit(collector, &evidence);
}

static void emit_windows(mn_collector *collector, const char *field, const char *said,
                         mn_strength strength)
{
    mn_os_emit(
        collector,
        &(mn_os_evidence){
            .os = MN_OS_WINDOWS, .strength = strength, .field = field, .said = mn_str_of(said)});
}

static const struct option_fields {
    const char *host_process, *gmsa, *run_as_user_name;
} pod_fields =
    {
        .host_process = "spec.securityContext.windowsOptions.hostProcess",
        .gmsa = "spec.securityContext.windowsOptions.gmsaCredentialSpecName",
        .run_as_user_name = "spec.securityContext.windowsOptions.runAsUserName",
},
  container_fields = {
      .host_process = "securityContext.windowsOptions.hostProcess",
      .gmsa = "securityContext.windowsOptions.gmsaCredentialSpecName",
      .run_as_user_name = "securityContext.windowsOptions.runAsUserName",
};

static const char *gmsa_of(const mn_windows_options *options)
{
    if (options->gmsa_credential_spec_name != NULL)
        return options->gmsa_credential_spec_name;
    return options->gmsa_credential_spec != NULL ? "inline" : NULL;
}

static void read_options(mn_collector *collector, const mn_windows_options *options,
                         const struct option_fields *fields)
{
    const char *gmsa = gmsa_of(options);
    const char *os = collector->in->spec->os.name;
    if (options->host_process == MN_TRUE)
        emit_windows(collector, fields->host_process, "true", MN_STRENGTH_DECISIVE);
    if (gmsa != NULL)
        emit_windows(collector, fields->gmsa, gmsa, MN_STRENGTH_DECISIVE);
    if (options->run_as_user_name != NULL && g_strcmp0(os, "linux") != 0)
        emit_windows(collector,
                     fields->run_as_user_name,
                     options->run_as_user_name,
                     collector->linux_fields ? MN_STRENGTH_MEDIUM : MN_STRENGTH_STRONG);
}

void mn_os_read_windows_options(mn_collector *collector, const mn_container *container)
{
    const mn_windows_options *options = NULL;
    if (container != NULL && container->security_context != NULL)
        options = container->security_context->windows_options;
    else if (container == NULL && collector->in->spec->security_context != NULL)
        options = collector->in->spec->security_context->windows_options;
    if (options != NULL)
        read_options(collector, options, container == NULL ? &pod_fields : &container_fields);
}
