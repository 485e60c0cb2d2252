// UART receiver: 8 data bits, no parity, 1 stop bit, least significant bit first.
//
// Samples each bit in its middle. A start bit that is gone by its middle is a glitch; an octet without a stop bit is
// dropped, and the next start bit is looked for once the line is high again.
// Timing: valid_o is one clock long, in the middle of the stop bit.

module uart_rx #(
  parameter int unsigned ClocksPerBit = 10
) (
  input logic clk_i,
  input logic rst_ni,

  input logic rx_i,  // synchronous to clk_i; high when idle

  output logic [7:0] data_o,
  output logic       valid_o,
  output logic       idle_o
);

  typedef enum logic [2:0] {
    Idle,
    Start,
    Data,
    Stop,
    Break
  } state_e;

  localparam int unsigned TimerWidth = $clog2(ClocksPerBit);
  localparam logic [TimerWidth-1:0] Bit     = TimerWidth'(ClocksPerBit - 1);
  localparam logic [TimerWidth-1:0] HalfBit = TimerWidth'(ClocksPerBit / 2 - 1);

  state_e state_q, state_d;
  logic [TimerWidth-1:0] timer_q, timer_d;
  logic [2:0] index_q, index_d;
  logic [7:0] data_q, data_d;

  always_comb begin
    state_d = state_q;
    timer_d = (timer_q == '0) ? Bit : timer_q - 1'b1;
    index_d = index_q;
    data_d  = data_q;
    valid_o = 1'b0;

    unique case (state_q)
      Idle: begin
        timer_d = HalfBit;
        index_d = '0;
        if (!rx_i) state_d = Start;
      end
      Start: begin
        if (timer_q == '0) state_d = rx_i ? Idle : Data;
      end
      Data: begin
        if (timer_q == '0) begin
          data_d  = {rx_i, data_q[7:1]};
          index_d = index_q + 1'b1;
          if (index_q == 3'd7) state_d = Stop;
        end
      end
      Stop: begin
        if (timer_q == '0) begin
          valid_o = rx_i;
          state_d = rx_i ? Idle : Break;
        end
      end
      Break: begin
        if (rx_i) state_d = Idle;
      end
      default: state_d = Idle;
    endcase
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q <= Idle;
      timer_q <= '0;
      index_q <= '0;
      data_q  <= '0;
    end else begin
      state_q <= state_d;
      timer_q <= timer_d;
      index_q <= index_d;
      data_q  <= data_d;

      TimerInBit: assert (timer_q <= Bit);
    end
  end

  assign data_o = data_q;
  assign idle_o = (state_q == Idle) && rx_i;

endmodule
