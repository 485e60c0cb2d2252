// UART transmitter: 8 data bits, no parity, 1 stop bit, least significant bit first.
//
// Timing: takes data_i in a clock in which valid_i and ready_o are both high; the start bit begins one clock later and
// ready_o rises with the last clock of the stop bit, so that octets can follow one another without a gap.

module uart_tx #(
  parameter int unsigned ClocksPerBit = 10
) (
  input logic clk_i,
  input logic rst_ni,

  input  logic [7:0] data_i,
  input  logic       valid_i,
  output logic       ready_o,

  output logic tx_o,  // high when idle
  output logic idle_o
);

  localparam int unsigned Bits = 10;
  localparam int unsigned TimerWidth = $clog2(ClocksPerBit);
  localparam logic [TimerWidth-1:0] Bit = TimerWidth'(ClocksPerBit - 1);

  logic [TimerWidth-1:0] timer_q, timer_d;
  logic [3:0] left_q, left_d;  // bits still on the line, this one included
  logic [Bits-1:0] shift_q, shift_d;

  assign ready_o = (left_q == '0) || (left_q == 4'd1 && timer_q == '0);

  always_comb begin
    timer_d = timer_q;
    left_d  = left_q;
    shift_d = shift_q;
    if (ready_o && valid_i) begin
      timer_d = Bit;
      left_d  = 4'(Bits);
      shift_d = {1'b1, data_i, 1'b0};
    end else if (left_q != '0) begin
      timer_d = timer_q - 1'b1;
      if (timer_q == '0) begin
        timer_d = Bit;
        left_d  = left_q - 1'b1;
        shift_d = {1'b1, shift_q[Bits-1:1]};
      end
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      timer_q <= '0;
      left_q  <= '0;
      shift_q <= '1;
    end else begin
      timer_q <= timer_d;
      left_q  <= left_d;
      shift_q <= shift_d;

      BitsInOctet: assert (left_q <= 4'(Bits));
      IdleIsHigh:  assert (left_q != '0 || tx_o);
    end
  end

  assign tx_o   = shift_q[0];
  assign idle_o = left_q == '0;

endmodule
