// Queues what happens in the same clocks: keeps each source's event until it has been handed on, the lowest code first.
//
// A source's index is its events' code; source 0 is none. An event that is raised again before it was handed on is
// counted as lost, but for the sources of Merged: their arguments are masks, and are joined.
// Timing: an event raised alone is handed on in the next clock, several one a clock.

module event_collector #(
  parameter int unsigned        Sources = 4,
  parameter logic [Sources-1:0] Merged  = '0
) (
  input logic clk_i,
  input logic rst_ni,

  input logic [Sources-1:0]       raise_i,  // one clock long
  input logic [Sources-1:0][15:0] argument_i,

  output logic                         valid_o,
  output logic [7:0]                   code_o,
  output logic [15:0]                  argument_o,
  output logic [$clog2(Sources+1)-1:0] lost_o  // how many are lost in this clock
);

  typedef logic [$clog2(Sources)-1:0] source_t;

  logic [Sources-1:0] pending_q, kept;
  logic [Sources-1:0][15:0] argument_q;
  source_t first;

  assign valid_o = pending_q != '0;
  assign code_o  = 8'(first);

  always_comb begin
    first      = '0;
    argument_o = '0;
    kept       = '0;
    if (valid_o) begin
      for (int unsigned s = Sources; s > 0; s--) if (pending_q[s-1]) first = source_t'(s - 1);
      argument_o = argument_q[first];
      kept       = pending_q & ~(Sources'(1) << first);
    end
  end

  always_comb begin
    lost_o = '0;
    if (raise_i != '0) lost_o = $bits(lost_o)'($countones(raise_i & kept & ~Merged));
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      pending_q  <= '0;
      argument_q <= '0;
    end else if (valid_o || raise_i != '0) begin
      pending_q <= kept | raise_i;
      for (int unsigned s = 0; s < Sources; s++) begin
        if (raise_i[s] && !kept[s]) argument_q[s] <= argument_i[s];
        else if (raise_i[s] && Merged[s]) argument_q[s] <= argument_q[s] | argument_i[s];
      end

      OnlyFirstGoes: assert ($countones(pending_q & ~kept) == 32'(valid_o));
      FirstIsLowest: assert (!valid_o || (pending_q & ((Sources'(1) << first) - 1'b1)) == '0);
    end
  end

endmodule
