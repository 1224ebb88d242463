/* SPDX-License-Identifier: BSD-3-Clause
 * All of dummynet's settings together: what it refuses itself, and what no configuration can say.
 */
#include <errno.h>

#include "wf_import_dummynet.h"

static const char *const aqm_names[] = { [WF_DUMMYNET_DROPTAIL] = "droptail",
	[WF_DUMMYNET_RED] = "red",
	[WF_DUMMYNET_GRED] = "gred",
	[WF_DUMMYNET_CODEL] = "codel",
	[WF_DUMMYNET_PIE] = "pie",
	[WF_DUMMYNET_FQ_CODEL] = "fq_codel" };

#define OF(aqm) (1u << (aqm))

/* Settings that go with some ways to manage a queue only. */
static int
check_belongs(const struct wf_dummynet *d, struct wf_err *err)
{
	const unsigned codel = OF(WF_DUMMYNET_CODEL) | OF(WF_DUMMYNET_FQ_CODEL),
		       pie = OF(WF_DUMMYNET_PIE);
	const struct {
		const char *name, *owners;
		bool there;
		unsigned owner;
	} known[] = {
		{ "ecn", "red, gred, codel, pie or fq_codel", d->ecn,
			codel | pie | OF(WF_DUMMYNET_RED) | OF(WF_DUMMYNET_GRED) },
		{ "target", "codel, pie or fq_codel", d->target_ns > 0, codel | pie },
		{ "interval", "codel or fq_codel", d->interval_ns > 0, codel },
		{ "tupdate", "pie", d->update_ns > 0, pie },
		{ "max_burst", "pie", d->max_burst_ns > 0, pie },
		{ "drand", "pie", d->derandomize, pie },
		{ "quantum", "fq_codel", d->quantum != 0, OF(WF_DUMMYNET_FQ_CODEL) },
		{ "flows", "fq_codel", d->flows != 0, OF(WF_DUMMYNET_FQ_CODEL) },
		{ "limit", "fq_codel", d->limit != 0, OF(WF_DUMMYNET_FQ_CODEL) },
	};

	for (unsigned i = 0; i < WF_ARRAY_SIZE(known); i++)
		if (known[i].there && (known[i].owner & OF(d->aqm)) == 0)
			return wf_err_add(err, NULL, "Leave it out, or add what it belongs to",
				"\"%s\" belongs to %s, not to %s", known[i].name, known[i].owners,
				aqm_names[d->aqm]);
	return 0;
}

static int
check_range(const char *name, double value, double least, double most, struct wf_err *err)
{
	if (value == 0 || (value >= least && value <= most))
		return 0;
	return wf_err_add(err, NULL, NULL, "%s is %.9g, which is not between %.9g and %.9g", name,
		value, least, most);
}

/* Queues of fq_codel are hashed into a power of two here. */
static void
round_flows(struct wf_dummynet *d)
{
	double up = 1;

	while (up < d->flows)
		up *= 2;
	if (up != d->flows)
		wf_import_note(
			d->notes, 0, "flows %.0f becomes %.0f, a power of two.", d->flows, up);
	d->flows = up;
}

static int
check_queue(struct wf_dummynet *d, struct wf_err *err)
{
	double unit = d->queue_in_bytes ? 1 : 1500;

	if (check_belongs(d, err) < 0 ||
		check_range("tupdate in us", d->update_ns / 1e3, 100, 1e7, err) < 0 ||
		check_range("quantum", d->quantum, 1, 1e6, err) < 0 ||
		check_range("flows", d->flows, 1, 65536, err) < 0 ||
		check_range("limit", d->limit, 1, 1e6, err) < 0 ||
		check_range("max_th in bytes", d->max * unit, 1, 1e10, err) < 0)
		return -EINVAL;
	if (d->flows != 0)
		round_flows(d);
	if (d->aqm == WF_DUMMYNET_FQ_CODEL && d->per_flow)
		return wf_err_add(err, NULL, "Leave the mask out",
			"fq_codel with a mask: a flow of its own needs no queues for flows");
	if (d->aqm == WF_DUMMYNET_FQ_CODEL && d->queue > 0)
		wf_import_note(d->notes, 0, "queue %.0f left out: fq_codel has a limit of its own.",
			d->queue);
	if (d->weight > 0 && d->weight < 1e-6)
		wf_import_note(d->notes, 0, "w_q %.9g is taken as 0.000001.", d->weight);
	return 0;
}

int
wf_dummynet_check(struct wf_dummynet *d, const char *samples_name, struct wf_err *err)
{
	if (d->bw_bps == 0 && (d->aqm != WF_DUMMYNET_DROPTAIL || d->burst_bytes > 0))
		return wf_err_add(err, NULL, "Add bw 10Mbit/s",
			"without a bandwidth nothing queues: no %s",
			d->aqm != WF_DUMMYNET_DROPTAIL ? aqm_names[d->aqm] : "burst");
	if (d->burst_bytes > 1e9)
		return wf_err_add(err, NULL, NULL, "a burst above 1 GB");
	if (d->profiled && d->profile.kept > 0 && samples_name == NULL)
		return wf_err_add(err, NULL, "Add --samples FILE",
			"a profile becomes a file of samples beside the configuration");
	return check_queue(d, err);
}
