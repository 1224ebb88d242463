/* Replaced by the part itself. */
extern int wf_pkt_stub;
int wf_pkt_stub;
