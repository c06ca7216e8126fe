/* SPDX-License-Identifier: Apache-2.0 */
#include "mullion/os/image.h"
#include "tests/support/expect.h"

#define MCR "mcr.microsoft.com/"

/* "windows strong W3 10.0.17763 (ltsc2019)" */
static void says(const char *image, const char *want)
{
    char builds[MN_BUILD_SET_TEXT];
    mn_image_verdict v = mn_image_judge(mn_str_of(image));
    g_autofree char *got = NULL;
    if (v.rule == NULL)
        got = g_strdup("nothing");
    else if (v.multi)
        got = g_strdup_printf("both %s", v.rule->id);
    else
        got = g_strdup_printf("%s %s %s%s%s (%.*s)",
                              mn_os_name(v.os),
                              mn_strength_name(v.strength),
                              v.rule->id,
                              v.builds.bounded ? " " : "",
                              v.builds.bounded ? mn_build_set_format(&v.builds, builds) : "",
                              MN_STR_ARG(v.matched));
    g_autofree char *text = g_strdup_printf("%s: got \"%s\", want \"%s\"", image, got, want);
    CU_assertImplementation(g_strcmp0(got, want) == 0, __LINE__, text, __FILE__, "", CU_FALSE);
}

static void images_known_from_the_field_are_read_right(void)
{
    says(MCR "windows/servercore:ltsc2019", "windows strong W3 10.0.17763 (ltsc2019)");
    says(MCR "windows/nanoserver:1809-KB4493509", "windows strong W7 10.0.17763 (1809)");
    says(MCR "windows/nanoserver:10.0.17763.437", "windows strong W6 10.0.17763 (10.0.17763.437)");
    says(MCR "windows:20H2", "windows strong W5 10.0.19042 (20H2)");
    says(MCR "dotnet/aspnet:8.0-nanoserver-1809", "windows strong W5 10.0.17763 (1809)");
    says(MCR "dotnet/runtime:9.0", "linux strong L3 (" MCR "dotnet/runtime)");
    says(MCR "dotnet/framework/aspnet:4.8", "windows strong W2 (" MCR "dotnet/framework/aspnet)");
    says(MCR "dotnet/framework/aspnet:4.8-20250909-windowsservercore-ltsc2022",
         "windows strong W3 10.0.20348 (ltsc2022)");
    says("golang:1.25", "both M1");
    says("golang:1.25-nanoserver", "windows strong W4 (nanoserver)");
    says("golang:1.25-alpine3.22", "linux strong L1 (alpine3)");
    says("ubuntu:20.04", "linux strong L3 (ubuntu)");
    says("ubuntu:2004", "linux strong L3 (ubuntu)");
    says("acme/report:2004", "nothing");
    says(MCR "dotnet/sdk:10.0.100", "linux strong L3 (" MCR "dotnet/sdk)");
    says("mariadb:10.0.38", "linux strong L3 (mariadb)");
    says("myacr.azurecr.io/shop/web:1.4", "nothing");
    says("foo@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "nothing");
    says("ranchertest/testcontainer:windows", "windows medium W8 (windows)");
    says("registry.redhat.io/openshift4-wincw/windows-machine-config-rhel9-operator@sha256:00",
         "linux strong L3 (registry.redhat.io/openshift4-wincw/"
         "windows-machine-config-rhel9-operator)");
    says("reg:5000/windows/servercore:ltsc2022", "windows strong W3 10.0.20348 (ltsc2022)");
    says("jenkins/inbound-agent:jdk17-windowsservercore-ltsc2022",
         "windows strong W3 10.0.20348 (ltsc2022)");
    says("gitlab/gitlab-runner-helper:x86_64-32fc1585-servercore1809",
         "windows strong W4 10.0.17763 (servercore1809)");
}

static void base_images_and_their_mirrors_are_windows(void)
{
    says(MCR "windows/servercore/iis:windowsservercore-ltsc2019",
         "windows strong W3 10.0.17763 (ltsc2019)");
    says(MCR "windows/servercore", "windows strong W1 (" MCR "windows/servercore)");
    says(MCR "windows/server:ltsc2022", "windows strong W3 10.0.20348 (ltsc2022)");
    says(MCR "windows/servercore/insider:10.0.26304.5000",
         "windows strong W6 10.0.26304 (10.0.26304.5000)");
    says(MCR "windows/nanoserver/insider:10.0.27842.1000",
         "windows strong W6 10.0.27842 (10.0.27842.1000)");
    says(MCR "windows/servercore:2004", "windows strong W5 10.0.19041 (2004)");
    says("reg:5000/windows/nanoserver:latest", "windows strong W1 (reg:5000/windows/nanoserver)");
    says("reg.corp/proxy/mcr.microsoft.com/windows/servercore/iis",
         "windows strong W1 (reg.corp/proxy/mcr.microsoft.com/windows/servercore/iis)");
    says("reg.corp/base/windows/servercore/iis:7",
         "windows strong W1 (reg.corp/base/windows/servercore/iis)");
    says("reg.corp/ms/dotnet/framework/sdk:4.8",
         "windows strong W2 (reg.corp/ms/dotnet/framework/sdk)");
    says("microsoft/windowsservercore:1709", "windows strong W5 10.0.16299 (1709)");
    says("microsoft/nanoserver:sac2016", "windows strong W3 10.0.14393 (sac2016)");
    says("microsoft/iis", "windows strong W2 (microsoft/iis)");
    says(MCR "powershell:lts-nanoserver-ltsc2022", "windows strong W3 10.0.20348 (ltsc2022)");
    says(MCR "powershell:lts-nanoserver-1809", "windows strong W5 10.0.17763 (1809)");
    says(MCR "powershell:latest", "both M1");
    says("sigwindowstools/flannel:v0.13.0-nanoserver",
         "windows strong W2 (sigwindowstools/flannel)");
    says("ghcr.io/prometheus-community/windows-exporter:0.31.3",
         "windows strong W2 (ghcr.io/prometheus-community/windows-exporter)");
    says("ghcr.io/kubernetes-sigs/sig-windows/csi-proxy:v1.1.2",
         "windows strong W2 (ghcr.io/kubernetes-sigs/sig-windows/csi-proxy)");
    says("datadog/agent:7-servercore", "windows strong W4 (servercore)");
    says("gitlab/gitlab-runner-helper:x86_64-1-servercore21H2",
         "windows strong W4 10.0.20348 (servercore21H2)");
    says("rancher/wins:v0.1.3-windows-20H2", "windows strong W5 10.0.19042 (20H2)");
    says("rancher/pause:3.6-windows-ltsc2022-amd64", "windows strong W3 10.0.20348 (ltsc2022)");
    says("acme/app:1809-KB4493509", "windows strong W7 10.0.17763 (1809)");
    says("acme/app:windowsltsc2019", "windows strong W3 10.0.17763 (ltsc2019)");
    says("acme/iis-ltsc2019:7", "windows strong W3 10.0.17763 (ltsc2019)");
    says("acme/app:v2-10.0.20348.587", "windows strong W6 10.0.20348 (10.0.20348.587)");
    says("acme/app:ltsc2019-ltsc2022", "windows strong W3 10.0.17763 or 10.0.20348 (ltsc2019)");
}

static void linux_images_are_linux(void)
{
    says("redis", "linux strong L3 (redis)");
    says("redis:7.2-alpine", "linux strong L1 (alpine)");
    says("docker.io/library/redis:7.2", "linux strong L3 (docker.io/library/redis)");
    says("nginx:1.25", "linux strong L3 (nginx)");
    says("nginx:1.29-alpine-slim", "linux strong L1 (alpine)");
    says("postgres:17", "linux strong L3 (postgres)");
    says("busybox:1.37", "linux strong L3 (busybox)");
    says("registry.k8s.io/ingress-nginx/controller:v1.9",
         "linux strong L3 (registry.k8s.io/ingress-nginx/controller)");
    says("k8s.gcr.io/ingress-nginx/controller:v0.35.0@sha256:fc4979",
         "linux strong L3 (k8s.gcr.io/ingress-nginx/controller)");
    says("quay.io/jetstack/cert-manager-controller:v1.16",
         "linux strong L3 (quay.io/jetstack/cert-manager-controller)");
    says("quay.io/prometheus/node-exporter:v1.9.1",
         "linux strong L3 (quay.io/prometheus/node-exporter)");
    says("grafana/grafana:11.1.0", "linux strong L3 (grafana/grafana)");
    says("docker.io/istio/proxyv2:1.27.1", "linux strong L3 (docker.io/istio/proxyv2)");
    says("harbor.corp/hub/library/redis:7", "linux strong L3 (harbor.corp/hub/library/redis)");
    says("reg.corp/quay.io/jetstack/cert-manager-webhook:v1",
         "linux strong L3 (reg.corp/quay.io/jetstack/cert-manager-webhook)");
    says("public.ecr.aws/docker/library/nginx:1",
         "linux strong L3 (public.ecr.aws/docker/library/nginx)");
    says("acme/api:1.0-bookworm", "linux strong L1 (bookworm)");
    says("acme/api:1.0-ubi9", "linux strong L1 (ubi9)");
    says("acme/api:1.0-al2023", "linux strong L1 (al2023)");
    says("acme/api:1.0-cbl-mariner2.0", "linux strong L1 (mariner2)");
    says("acme/api:1.0-arm64", "linux strong L2 (arm64)");
    says("acme/api:1.0-amd64", "nothing");
    says("arm64v8/golang:1.25", "linux strong L2 (arm64v8/golang)");
    says("winamd64/golang:1.25", "windows strong W2 (winamd64/golang)");
    says("acme/api:1.0-linux-amd64", "linux medium L5 (linux)");
    says("acme/api-alpine:1.0", "linux medium L4 (alpine)");
    says(MCR "dotnet/aspnet:8.0-jammy-chiseled", "linux strong L1 (jammy)");
    says(MCR "dotnet/aspnet:8.0", "linux strong L3 (" MCR "dotnet/aspnet)");
    says(MCR "mssql/server:2022-latest", "linux strong L3 (" MCR "mssql/server)");
    says("dockurr/windows:4.0", "linux strong L3 (dockurr/windows)");
}

static void images_made_for_both_say_neither(void)
{
    says("registry.k8s.io/pause:3.10", "both M1");
    says("registry.k8s.io/sig-storage/livenessprobe:v2.12.0", "both M1");
    says("registry.k8s.io/e2e-test-images/agnhost:2.57", "both M1");
    says(MCR "oss/kubernetes/azure-cloud-node-manager:v1.30.0", "both M1");
    says(MCR "dotnet/aspnet:6.0", "both M1");
    says(MCR "dotnet/runtime:7.0.4", "both M1");
    says("python:3.12", "both M1");
    says("mongo:7", "both M1");
    says("otel/opentelemetry-collector-contrib:0.136.0", "both M1");
    says("daprio/daprd:1.14", "both M1");
    says("602401143452.dkr.ecr.eu-west-1.amazonaws.com/eks/pause:3.5", "both M1");
    says("fluent/fluent-bit:windows-2022-4.1.0", "windows medium W8 (windows)");
    says("grafana/agent:v0.40-windows", "windows medium W8 (windows)");
    says("acme/tool:linux-windows", "nothing");
}

static void words_inside_words_are_not_windows(void)
{
    says("acme/wins:1.0", "nothing");
    says("acme/winston:2.0-winston", "nothing");
    says("acme/app:darwin", "nothing");
    says("acme/app:twin", "nothing");
    says("acme/app:winter-2004", "nothing");
    says("acme/app:windowsill", "nothing");
    says("acme/observercore:1", "nothing");
    says("acme/nanoserverless:1", "nothing");
    says("acme/app:win64", "windows medium W8 (win64)");
    says("acme/app:win-x64", "windows medium W8 (win)");
    says("acme/app:1909", "nothing");
    says("acme/app:1803-1", "nothing");
    says("acme/app:windows-2004.12.1", "windows medium W8 (windows)");
    says("acme/app:10.0.100", "nothing");
    says("acme/app:10.0.17764", "nothing");
    says("acme/app:110.0.17763", "nothing");
    says("acme/app:ltsc2021", "nothing");
    says("acme/ltsc2019/app:1", "nothing");
    says("acme/hyperv-windows-webhook:1", "windows weak W9 (windows)");
    says("windows/app:1", "windows weak W9 (windows)");
    says("acme/windows-machine-config-rhel9-operator:1", "linux medium L4 (rhel9)");
}

static void broken_references_say_nothing(void)
{
    says("", "nothing");
    says(":", "nothing");
    says("@", "nothing");
    says("/", "nothing");
    says(":ltsc2019", "nothing");
    says("acme/app:", "nothing");
    says("acme/app name:ltsc2019", "nothing");
    says("acme/app\x01:ltsc2019", "nothing");
    says("acme//app:ltsc2019", "windows strong W3 10.0.17763 (ltsc2019)");
    g_autofree char *longest = g_strnfill(MN_IMAGE_MAX, 'a');
    says(longest, "nothing");
    g_autofree char *long_tag = g_strdup_printf("x:%s-ltsc2019", longest);
    says(long_tag, "nothing");
    g_autofree char *slashes = g_strnfill(MN_IMAGE_MAX, '/');
    says(slashes, "nothing");
}

static void is_named(const char *image, const char *name, const char *tag)
{
    mn_image_ref ref;
    bool parsed = mn_image_ref_parse(mn_str_of(image), &ref);
    EXPECT_TRUE(parsed);
    if (!parsed)
        return;
    EXPECT_STR(ref.name, name);
    g_autofree char *got = g_strndup(ref.tag.ptr, ref.tag.len);
    EXPECT_STR(got != NULL ? got : "", tag);
}

static void references_have_one_name_whatever_their_spelling(void)
{
    is_named("redis", "docker.io/library/redis", "");
    is_named("redis:7", "docker.io/library/redis", "7");
    is_named("index.docker.io/redis:7", "docker.io/library/redis", "7");
    is_named("acme/app:1", "docker.io/acme/app", "1");
    is_named("localhost/app:1", "localhost/app", "1");
    is_named("reg:5000/app", "reg:5000/app", "");
    is_named("reg:5000/app:20H2", "reg:5000/app", "20H2");
    is_named("reg:5000/app:1@sha256:00", "reg:5000/app", "1");
    is_named("k8s.gcr.io/pause:3.2", "registry.k8s.io/pause", "3.2");
    is_named("gcr.io/google_containers/pause", "registry.k8s.io/pause", "");
    is_named("r.corp/docker.io/redis", "docker.io/library/redis", "");
    is_named("r.c/library/redis", "docker.io/library/redis", "");
    is_named("MCR.microsoft.com/Windows", "mcr.microsoft.com/windows", "");
}

static void globs_match(const char *glob, const char *image, bool want)
{
    EXPECT_INT(mn_image_matches(glob, mn_str_of(image)), want);
}

static void users_globs_match_any_spelling(void)
{
    globs_match("myacr.azurecr.io/legacy/*", "myacr.azurecr.io/legacy/a/b:1", true);
    globs_match("redis", "docker.io/library/redis:7", false);
    globs_match("docker.io/library/redis", "redis:7", true);
    globs_match("docker.io/library/redis:7*", "redis:7.2", true);
    globs_match("*:*-win", "acme/app:1-WIN", true);
    globs_match("acme/a??:1", "acme/app:1", true);
    globs_match("acme/a?:1", "acme/app:1", false);
    globs_match("*", "x", true);
    globs_match("", "x", false);
    g_autofree char *stars = g_strnfill(400, '*');
    g_autofree char *text = g_strnfill(500, 'a');
    globs_match(stars, text, true);
    g_autofree char *hard = g_strdup_printf("%sb", stars);
    globs_match(hard, text, false);
}

static bool sorts_before(const mn_image_rule *a, const mn_image_rule *b)
{
    return strcmp(a->pattern, b->pattern) < 0;
}

static void the_tables_are_sorted_unique_and_filled_in(void)
{
    for (int table = 0; table < MN_IMAGE_TABLES; table++) {
        size_t count = 0;
        const mn_image_rule *rules = mn_image_rules((mn_image_table)table, &count);
        bool sorted = table != MN_IMAGE_TABLE_OTHERS;
        EXPECT_TRUE(count > 0);
        for (size_t i = 0; i < count; i++) {
            EXPECT_TRUE(strlen(rules[i].id) == 2 && rules[i].pattern[0] != '\0');
            EXPECT_INT(rules[i].os == MN_OS_UNKNOWN, rules[i].strength == MN_STRENGTH_NONE);
            EXPECT_TRUE(!sorted || i == 0 || sorts_before(&rules[i - 1], &rules[i]));
        }
    }
}

/* Every row is reachable: its own pattern, made concrete, yields that very row. */
static void every_repository_row_is_found_by_its_own_name(void)
{
    for (int table = MN_IMAGE_TABLE_REPOS; table <= MN_IMAGE_TABLE_LINUX_REPOS; table++) {
        size_t count = 0;
        const mn_image_rule *rules = mn_image_rules((mn_image_table)table, &count);
        for (size_t i = 0; i < count; i++) {
            g_autofree char *image = g_strdup(rules[i].pattern);
            g_strdelimit(image, "*", 'z');
            mn_image_verdict verdict = mn_image_judge(mn_str_of(image));
            g_autofree char *text = g_strdup_printf("%s does not find its row", image);
            bool found =
                verdict.rule == &rules[i] || (verdict.rule != NULL && verdict.os == rules[i].os &&
                                              verdict.rule->kind != MN_IMAGE_REPO);
            CU_assertImplementation(found, __LINE__, text, __FILE__, "", CU_FALSE);
        }
    }
}

static void a_tag_may_tell_the_revision(void)
{
    mn_image_verdict v = mn_image_judge(MN_STR_LIT(MCR "windows/servercore:10.0.14393.1715"));
    EXPECT_INT(v.version.build, 14393);
    EXPECT_TRUE(v.version.has_revision);
    EXPECT_INT(v.version.revision, 1715);
    v = mn_image_judge(MN_STR_LIT(MCR "windows/servercore:ltsc2016"));
    EXPECT_INT(v.version.build, 0);
}

extern CU_TestInfo suite_core_image[];
CU_TestInfo suite_core_image[] = {
    {"images known from the field are read right", images_known_from_the_field_are_read_right},
    {"base images and their mirrors are Windows", base_images_and_their_mirrors_are_windows},
    {"Linux images are Linux", linux_images_are_linux},
    {"images made for both say neither", images_made_for_both_say_neither},
    {"words inside words are not Windows", words_inside_words_are_not_windows},
    {"broken references say nothing", broken_references_say_nothing},
    {"references have one name whatever their spelling",
     references_have_one_name_whatever_their_spelling},
    {"users' globs match any spelling", users_globs_match_any_spelling},
    {"the tables are sorted, unique and filled in", the_tables_are_sorted_unique_and_filled_in},
    {"every repository row is found by its own name",
     every_repository_row_is_found_by_its_own_name},
    {"a tag may tell the revision", a_tag_may_tell_the_revision},
    CU_TEST_INFO_NULL,
};
