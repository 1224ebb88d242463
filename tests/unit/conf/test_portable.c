/* SPDX-License-Identifier: BSD-3-Clause
 * A tree that may be saved anywhere: which names become whole paths, and which are no files.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rig.h"
#include "wf_conf_files.h"

static char folder[] = "/tmp/wf-test-portable.XXXXXX";

static void
write_file(const char *name, const char *text)
{
	FILE *f = fopen(name, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static int
start(void **state)
{
	if (mkdtemp(folder) == NULL || chdir(folder) < 0 || mkdir("conf", 0755) < 0 ||
		mkdir("conf/part", 0755) < 0)
		return -1;
	write_file("conf/samples", "1ms\n");
	write_file("conf/normal", "1\n");
	write_file("conf/main.conf",
		"links = ( { name = \"wan\";\n"
		"  ab = { delay = { distribution = \"samples\"; file = \"samples\"; };\n"
		"    loss = { model = \"pattern\"; pattern = \"gone/losses\"; };\n"
		"    rate = { trace = \"../trace\"; };\n"
		"    slot = { distribution = \"netem\"; file = \"pareto\"; }; };\n"
		"  classes = ( { name = \"c\"; ba = { delay = { distribution = \"netem\"; file = "
		"\"normal\"; }; loss = { trace = \"/abs\"; }; }; } );\n"
		"} );\n");
	return 0;
}

static int
stop(void **state)
{
	unlink("conf/samples");
	unlink("conf/normal");
	unlink("conf/main.conf");
	rmdir("conf/part");
	rmdir("conf");
	return rmdir(folder);
}

static const char *
file_of(const struct wf_node *tree, const char *class, enum wf_side side, const char *block,
	const char *key)
{
	struct wf_node *owner = wf_conf_owner_node(tree, "wan", class);

	return wf_node_get(wf_node_get(wf_conf_dir_node(owner, side, false), block), key)->string;
}

static void
is_in_folder(const char *path, const char *rest)
{
	char want[256];

	snprintf(want, sizeof(want), "%s/%s", folder, rest);
	assert_string_equal(path, want);
}

static struct wf_node *
portable(const char *path)
{
	struct wf_err *err = wf_err_new();
	struct wf_node *tree = wf_conf_read_file(path, err), *p = wf_conf_portable(tree);

	assert_non_null(p);
	assert_string_equal(file_of(tree, NULL, WF_AB, "delay", "file"), "samples");
	wf_node_free(tree);
	wf_err_free(err);
	return p;
}

static void
check(struct wf_node *p)
{
	is_in_folder(file_of(p, NULL, WF_AB, "delay", "file"), "conf/samples");
	is_in_folder(file_of(p, NULL, WF_AB, "loss", "pattern"), "conf/gone/losses");
	is_in_folder(file_of(p, NULL, WF_AB, "rate", "trace"), "conf/../trace");
	is_in_folder(file_of(p, "c", WF_BA, "delay", "file"), "conf/normal");
	/* Of iproute2, as there is no such file beside. */
	assert_string_equal(file_of(p, NULL, WF_AB, "slot", "file"), "pareto");
	assert_string_equal(file_of(p, "c", WF_BA, "loss", "trace"), "/abs");
	wf_node_free(p);
}

/* However the configuration itself was named. */
static void
names_become_whole_paths(void **state)
{
	char whole[256];

	check(portable("conf/main.conf"));
	snprintf(whole, sizeof(whole), "%s/conf/main.conf", folder);
	check(portable(whole));
	assert_int_equal(chdir("conf"), 0);
	check(portable("main.conf"));
	assert_int_equal(chdir(".."), 0);
}

/* What came over the socket belongs to the working directory. */
static void
names_without_a_file_are_of_the_working_directory(void **state)
{
	struct wf_node
		*t = rig_tree(
			"links = ( { name = \"wan\"; ab = { rate = { trace = \"conf/samples\"; "
			"}; }; } );"),
		*p;

	for (struct wf_node *b =
			wf_conf_dir_node(wf_conf_owner_node(t, "wan", NULL), WF_AB, false)->first;
		b != NULL; b = b->next) {
		free(b->file);
		b->file = NULL;
	}
	p = wf_conf_portable(t);
	is_in_folder(file_of(p, NULL, WF_AB, "rate", "trace"), "conf/samples");
	wf_node_free(p);
	wf_node_free(t);
}

static void
odd_trees_are_left_as_they_are(void **state)
{
	static const char *const texts[] = { "", "links = 1;", "links = ( 1, { } );",
		"links = ( { ab = 1; ba = { delay = 5; queue = ( ); }; classes = 3; } );",
		"links = ( { ba = { rate = { trace = 7; }; }; } );",
		"links = ( { classes = ( 1, { ab = { slot = { file = \"\"; }; }; } ); } );" };

	for (size_t i = 0; i < WF_ARRAY_SIZE(texts); i++) {
		struct wf_node *t = rig_tree(texts[i]), *p = wf_conf_portable(t);

		assert_true(wf_node_equal(t, p));
		wf_node_free(t);
		wf_node_free(p);
	}
}

static char *
marked(const char *name, const char *from)
{
	char *out;

	assert_true(asprintf(&out, "%s!%s", from != NULL ? from : "-", name) > 0);
	return out;
}

static void
device_becomes(const char *device, const char *expected)
{
	char *out = wf_conf_device_files(device, "f", marked);

	assert_string_equal(out, expected);
	free(out);
}

static void
files_in_device_strings(void **state)
{
	device_becomes("net_pcap0,rx_pcap=in.pcap,tx_pcap=../out",
		"net_pcap0,rx_pcap=f!in.pcap,tx_pcap=f!../out");
	device_becomes("net_pcap0,rx_pcap=a,rx_pcap=/b,rx_iface=eth1",
		"net_pcap0,rx_pcap=f!a,rx_pcap=/b,rx_iface=eth1");
	device_becomes("net_pcap,tx_pcap=a", "net_pcap,tx_pcap=f!a");
	device_becomes(
		"net_af_xdp0,iface=eth1,xdp_prog=x.o", "net_af_xdp0,iface=eth1,xdp_prog=f!x.o");
	device_becomes("net_vhost3,iface=run/sock", "net_vhost3,iface=f!run/sock");
	device_becomes(
		"net_virtio_user0,path=/dev/vhost-net", "net_virtio_user0,path=/dev/vhost-net");
	device_becomes(
		"net_virtio_user0,path=sock,queues=2", "net_virtio_user0,path=f!sock,queues=2");
}

static void
what_is_no_file_in_a_device_string_stays(void **state)
{
	static const char *const same[] = { "", ",", ",,", "net_tap0", "net_tap0,iface=wfa",
		"packet,iface=eth1", "0000:03:00.0,rx_pcap=a", "net_pcap0", "net_pcap0,",
		"net_pcap0,rx_pcap=", "net_pcap0,rx_pcap", "net_pcap0,infinite_rx=1,,",
		"net_pcapx,rx_pcap=a", "net_null0,size=64", "net_pcap0,xrx_pcap=a",
		"net_memif0,socket=@memif", "net_pcap0,rx_pcap=/whole" };

	for (size_t i = 0; i < WF_ARRAY_SIZE(same); i++)
		device_becomes(same[i], same[i]);
}

/* A device string has no way to say a comma. */
static char *
with_comma(const char *name, const char *from)
{
	return strdup("a,b/c");
}

static void
a_folder_with_a_comma_has_no_way_into_a_device_string(void **state)
{
	char *out = wf_conf_device_files("net_pcap0,rx_pcap=c", NULL, with_comma);

	assert_string_equal(out, "net_pcap0,rx_pcap=c");
	free(out);
}

/* Of the folder of the file, both where they run and where they are saved. */
static void
ports_have_the_files_of_their_folder(void **state)
{
	static const char text[] =
		"ports = ( { name = \"a\"; device = \"net_pcap0,rx_pcap=in,tx_pcap=part/out\"; },\n"
		"  { name = \"b\"; device = \"net_null0\"; } );\n"
		"links = ( { name = \"wan\"; ports = [ \"a\", \"b\" ]; } );\n";
	struct wf_err *err = wf_err_new();
	struct wf_node *tree, *p;
	struct wf_conf *conf;
	char want[512];

	write_file("conf/ports.conf", text);
	tree = wf_conf_read_file("conf/ports.conf", err);
	conf = wf_conf_bind(tree, err);
	assert_non_null(conf);
	assert_string_equal(
		conf->ports[0].device, "net_pcap0,rx_pcap=conf/in,tx_pcap=conf/part/out");
	assert_string_equal(conf->ports[1].device, "net_null0");
	p = wf_conf_portable(tree);
	snprintf(want, sizeof(want), "net_pcap0,rx_pcap=%s/conf/in,tx_pcap=%s/conf/part/out",
		folder, folder);
	assert_string_equal(wf_node_get(wf_node_get(p, "ports")->first, "device")->string, want);
	wf_conf_free(conf);
	conf = wf_conf_bind(p, err);
	assert_string_equal(conf->ports[0].device, want);
	wf_conf_free(conf);
	wf_node_free(p);
	wf_node_free(tree);
	wf_err_free(err);
	unlink("conf/ports.conf");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_become_whole_paths),
		cmocka_unit_test(names_without_a_file_are_of_the_working_directory),
		cmocka_unit_test(files_in_device_strings),
		cmocka_unit_test(what_is_no_file_in_a_device_string_stays),
		cmocka_unit_test(a_folder_with_a_comma_has_no_way_into_a_device_string),
		cmocka_unit_test(ports_have_the_files_of_their_folder),
		cmocka_unit_test(odd_trees_are_left_as_they_are),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
