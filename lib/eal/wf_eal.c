/* SPDX-License-Identifier: BSD-3-Clause
 * EAL's arguments and life. Control thread.
 */
#include "wf_eal.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Appends one argument; a failure is remembered as argc = -1. */
static void __attribute__((format(printf, 2, 3))) add(struct wf_eal_args *a, const char *fmt, ...)
{
	char **argv, *text = NULL;
	va_list ap;
	int n;

	if (a->argc < 0)
		return;
	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	argv = n < 0 ? NULL : realloc(a->argv, ((size_t)a->argc + 2) * sizeof(*argv));
	if (!argv) {
		if (n >= 0)
			free(text);
		wf_eal_args_free(a);
		a->argc = -1;
		return;
	}
	a->argv = argv;
	argv[a->argc++] = text;
	argv[a->argc] = NULL;
}

int
wf_eal_args_build(const struct wf_eal_choice *c, struct wf_eal_args *out)
{
	bool pci = false;

	*out = (struct wf_eal_args){ 0 };
	add(out, "wirefault");
	add(out, "--lcores=%s", c->lcores);
	if (c->huge) {
		add(out, "--in-memory");
	} else {
		add(out, "--no-huge");
		add(out, "--no-shconf");
		add(out, "-m");
		add(out, "%" PRIu64, c->mem_mib);
	}
	add(out, "--file-prefix=%s", c->file_prefix);
	for (uint32_t i = 0; i < c->n_devices; i++) {
		if (c->devices[i].pci) {
			add(out, "--allow=%s", c->devices[i].text);
			pci = true;
		} else {
			add(out, "--vdev=%s", c->devices[i].text);
		}
	}
	if (!pci)
		add(out, "--no-pci");
	if (!c->telemetry)
		add(out, "--no-telemetry");
	add(out, "--log-level=error");
	for (int i = 0; i < c->extra_argc; i++)
		add(out, "%s", c->extra_argv[i]);
	return out->argc < 0 ? -ENOMEM : 0;
}

void
wf_eal_args_free(struct wf_eal_args *args)
{
	for (int i = 0; i < args->argc; i++)
		free(args->argv[i]);
	free(args->argv);
	*args = (struct wf_eal_args){ 0 };
}

/* EAL permutes the array that it is given (getopt): the strings stay ours through a copy of it. */
int
wf_eal_start(struct wf_eal_args *args, struct wf_err *err)
{
	char **argv = calloc((size_t)args->argc + 1, sizeof(*argv));
	sigset_t all, before;
	int ret, code;

	if (!argv)
		return wf_err_add(err, NULL, NULL, "out of memory"), -ENOMEM;
	memcpy(argv, args->argv, (size_t)args->argc * sizeof(*argv));
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	ret = rte_eal_init(args->argc, argv);
	code = ret < 0 ? rte_errno : 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	free(argv);
	/* Made, but not used without shared files: gone now, it can't stay behind. */
	rmdir(rte_eal_get_runtime_dir());
	if (ret >= 0)
		return 0;
	if (code == EALREADY)
		return wf_err_add(err, NULL, NULL, "DPDK has been started in this process before");
	wf_err_add(err, NULL,
		"Its own message stands before this; --log-level=debug after -- says more",
		"DPDK's EAL does not start: %s", code ? strerror(code) : "unknown reason");
	return code ? -code : -EINVAL;
}

void
wf_eal_stop(void)
{
	char dir[512], telemetry[544];

	snprintf(dir, sizeof(dir), "%s", rte_eal_get_runtime_dir());
	rte_eal_cleanup();
	/* DPDK takes it away at exit, when it can't take the directory away any more. */
	snprintf(telemetry, sizeof(telemetry), "%s/dpdk_telemetry.v2", dir);
	unlink(telemetry);
	rmdir(dir); /* there only if telemetry or extra arguments made EAL use it */
}

const char *
wf_eal_cores(const cpu_set_t *set, char out[WF_EAL_CORES_TEXT])
{
	size_t used = 0;

	out[0] = '\0';
	for (int first = 0; first < CPU_SETSIZE && used < WF_EAL_CORES_TEXT - 16; first++) {
		int last = first;

		if (!CPU_ISSET(first, set))
			continue;
		while (last + 1 < CPU_SETSIZE && CPU_ISSET(last + 1, set))
			last++;
		used += (size_t)snprintf(out + used, WF_EAL_CORES_TEXT - used,
			first == last ? "%s%d" : "%s%d-%d", used ? "," : "", first, last);
		first = last;
	}
	return out;
}

int
wf_eal_offline(struct wf_err *err)
{
	char cores[WF_EAL_CORES_TEXT], lcores[WF_EAL_CORES_TEXT + 8], prefix[32];
	struct wf_eal_choice choice = { .lcores = lcores, .mem_mib = 512, .file_prefix = prefix };
	struct wf_eal_args args;
	cpu_set_t allowed;
	int ret;

	if (sched_getaffinity(0, sizeof(allowed), &allowed) < 0)
		return wf_err_add(err, NULL, NULL, "sched_getaffinity: %s", strerror(errno));
	snprintf(lcores, sizeof(lcores), "0@(%s)", wf_eal_cores(&allowed, cores));
	snprintf(prefix, sizeof(prefix), "wirefault-%d", (int)getpid());
	if (wf_eal_args_build(&choice, &args) < 0)
		return wf_err_add(err, NULL, NULL, "out of memory"), -ENOMEM;
	ret = wf_eal_start(&args, err);
	wf_eal_args_free(&args);
	return ret;
}
