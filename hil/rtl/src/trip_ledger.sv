// Why and how often each rail has tripped, how many attempts it has used up, and which rails are locked out.
//
// A trip uses up one of the rail's retries_i attempts; a trip without one left locks the rail out until clear_i.
// Timing: the outputs follow trip_i and clear_i by one clock; of both in the same clock, clear_i comes first.

module trip_ledger
  import payload_ctrl_regs_pkg::*;
#(
  parameter int unsigned Rails = 8
) (
  input logic clk_i,
  input logic rst_ni,

  input logic                     trip_i,  // one clock long
  input logic [$clog2(Rails)-1:0] rail_i,
  input FaultCause_e              cause_i,
  input logic [Rails-1:0][2:0]    retries_i,
  input logic [Rails-1:0]         clear_i,  // one clock long

  output logic [Rails-1:0]      locked_out_o,
  output logic [Rails-1:0][2:0] attempts_o,
  output logic [Rails-1:0][3:0] causes_o,
  output logic [Rails-1:0][7:0] trips_o
);

  logic [2:0] attempts;
  logic has_attempt;
  assign attempts    = clear_i[rail_i] ? '0 : attempts_o[rail_i];
  assign has_attempt = attempts < retries_i[rail_i];

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      locked_out_o <= '0;
      attempts_o   <= '0;
      causes_o     <= '0;
      trips_o      <= '0;
    end else begin
      if (clear_i != '0) begin
        for (int unsigned r = 0; r < Rails; r++) begin
          if (clear_i[r]) begin
            locked_out_o[r] <= 1'b0;
            attempts_o[r]   <= '0;
            causes_o[r]     <= '0;
          end
        end
      end
      if (trip_i) begin
        causes_o[rail_i] <= 4'(cause_i);
        if (trips_o[rail_i] != '1) trips_o[rail_i] <= trips_o[rail_i] + 1'b1;
        if (has_attempt) attempts_o[rail_i] <= attempts + 1'b1;
        else locked_out_o[rail_i] <= 1'b1;
      end

      OnlyAttemptsRise: assert (!trip_i || !has_attempt || attempts != '1);
    end
  end

endmodule
