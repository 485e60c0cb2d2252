// The power-cap outputs: which duties hold follows from the mode, and that they are on at all from the rails.
//
// Timing: as in cap_output.sv; all outputs change their duty with the same tick.

module cap_outputs #(
  parameter int unsigned Outputs = 2,
  parameter int unsigned Modes   = 4,
  parameter int unsigned Rails   = 8
) (
  input logic clk_i,
  input logic rst_ni,
  input logic tick_1ms_i,

  input logic [$clog2(Modes)-1:0]           mode_i,
  input logic [Modes-1:0][Outputs-1:0][8:0] duty_i,    // 0 to 256
  input logic [Rails-1:0]                   needed_i,  // rails that must be good
  input logic [Rails-1:0]                   good_i,

  output logic [Outputs-1:0]      on_o,
  output logic [Outputs-1:0][8:0] duty_o,  // in effect

  output logic settled_o  // nothing changes before the next tick or change of an input
);

  logic [Outputs-1:0][8:0] asked;
  logic is_powered;
  logic [Outputs-1:0] settled;

  assign is_powered = (needed_i & ~good_i) == '0;

  always_comb begin
    asked = '0;
    if (is_powered) asked = duty_i[mode_i];
  end

  for (genvar o = 0; o < Outputs; o++) begin : g_output
    cap_output u_output (
      .clk_i,
      .rst_ni,
      .tick_1ms_i,
      .duty_i      (asked[o]),
      .is_powered_i(is_powered),
      .on_o        (on_o[o]),
      .duty_o      (duty_o[o]),
      .settled_o   (settled[o])
    );
  end

  assign settled_o = &settled;

  always_comb begin
    DarkIsOff: assert (is_powered || on_o == '0);
  end

endmodule
