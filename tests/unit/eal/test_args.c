/* SPDX-License-Identifier: BSD-3-Clause
 * EAL's arguments from what was chosen, without starting it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "wf_eal.h"

/* The arguments in one string, program name left out. */
static void
args_are(struct wf_eal_choice choice, const char *expected)
{
	struct wf_eal_args a;
	char text[1024] = "";

	choice.lcores = "0@(0),1@1";
	choice.file_prefix = "wf-1";
	assert_int_equal(wf_eal_args_build(&choice, &a), 0);
	assert_null(a.argv[a.argc]);
	for (int i = 1; i < a.argc; i++) {
		strcat(text, i > 1 ? " " : "");
		strcat(text, a.argv[i]);
	}
	assert_string_equal(text, expected);
	wf_eal_args_free(&a);
}

static void
eal_without_hugepages(void **state)
{
	args_are((struct wf_eal_choice){ .mem_mib = 640,
			 .n_devices = 2,
			 .devices = (struct wf_eal_device[]){ { "net_null0", false },
				 { "net_tap0,iface=a", false } } },
		"--lcores=0@(0),1@1 --no-huge --no-shconf -m 640 --file-prefix=wf-1 "
		"--vdev=net_null0 --vdev=net_tap0,iface=a --no-pci --no-telemetry "
		"--log-level=error");
}

static void
eal_with_hugepages_and_pci(void **state)
{
	args_are((struct wf_eal_choice){ .huge = true,
			 .n_devices = 1,
			 .devices = &(struct wf_eal_device){ "0000:03:00.0", true } },
		"--lcores=0@(0),1@1 --in-memory --file-prefix=wf-1 --allow=0000:03:00.0 "
		"--no-telemetry --log-level=error");
}

static void
extra_arguments_come_last(void **state)
{
	args_are((struct wf_eal_choice){ .huge = true,
			 .extra_argc = 2,
			 .extra_argv = (char *[]){ "--log-level=debug", "-v" } },
		"--lcores=0@(0),1@1 --in-memory --file-prefix=wf-1 --no-pci --no-telemetry "
		"--log-level=error --log-level=debug -v");
}

static void
cores_in_runs(void **state)
{
	char text[WF_EAL_CORES_TEXT];
	cpu_set_t set;

	CPU_ZERO(&set);
	assert_string_equal(wf_eal_cores(&set, text), "");
	CPU_SET(0, &set);
	for (int core = 2; core <= 5; core++)
		CPU_SET(core, &set);
	assert_string_equal(wf_eal_cores(&set, text), "0,2-5");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(eal_without_hugepages),
		cmocka_unit_test(eal_with_hugepages_and_pci),
		cmocka_unit_test(extra_arguments_come_last),
		cmocka_unit_test(cores_in_runs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
