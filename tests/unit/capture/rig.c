/* SPDX-License-Identifier: BSD-3-Clause
 * A configuration and packets for tests of captures.
 */
#include "rig.h"

#include "wf_cap.h"

uint8_t rig_bytes[65536];

struct wf_conf *
rig_conf(void)
{
	static const char text[] =
		"ports = ({ name = \"a\"; device = \"net_null0\"; }, { name = \"b\"; device = "
		"\"net_null1\"; }, { name = \"c\"; device = \"net_null2\"; }, { name = \"d\"; "
		"device "
		"= \"net_null3\"; });"
		"links = ({ name = \"wan\"; ports = [ \"a\", \"b\" ]; }, { name = \"lan\"; ports = "
		"[ "
		"\"c\", \"d\" ]; });";
	struct wf_err *err = wf_err_new();
	struct wf_node *tree = wf_conf_read_text(text, "rig", false, err);
	struct wf_conf *conf = wf_conf_bind(tree, err);

	wf_err_print(err, stderr);
	wf_node_free(tree);
	wf_err_free(err);
	return conf;
}

struct wf_capture_record
rig_record(enum wf_capture_point point, wf_ns_t time_ns, uint32_t n)
{
	return (struct wf_capture_record){
		.cap_bytes = n, .len_bytes = n + 4, .point = (uint8_t)point, .time_ns = time_ns
	};
}

int64_t
rig_read(const char *path, wf_ns_t *last_ns)
{
	struct wf_err *err = wf_err_new();
	struct wf_cap_reader *r = wf_cap_open(path, NULL, err);
	struct wf_cap_packet p;
	int64_t n = 0;
	int rc = -1;

	while (r != NULL && (rc = wf_cap_read(r, &p, err)) == 1) {
		*last_ns = p.time_ns;
		n++;
	}
	if (rc < 0)
		wf_err_print(err, stderr);
	wf_cap_close(r);
	wf_err_free(err);
	return rc < 0 ? -1 : n;
}
