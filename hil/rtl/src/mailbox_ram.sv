// Memory with single-error correction: a bus, a scrubber that walks it, and a way to damage it on purpose.
//
// After reset it fills itself with zeros, a word a clock. Each tick_1ms_i counts for the scrubber, which reads one word
// every scrub_ms_i (0: never). Whoever reads a word with one wrong bit, bus or scrubber, writes it back corrected, so
// that each error is counted once. Injecting flips two bits of a stored word, or one if both are the same; injections
// come at least four clocks apart.
// Timing: req_i holds, with write_i, addr_i and wdata_i, until ack_o, one clock later, at most three more where the
// scrubber or an injection is first, and Words more after reset. rdata_o and uncorrectable_o belong to ack_o.

module mailbox_ram
  import secded_pkg::*;
#(
  parameter int unsigned Words = 1024  // a power of two
) (
  input logic clk_i,
  input logic rst_ni,
  input logic tick_1ms_i,

  // The bus.
  input  logic                     req_i,
  input  logic                     write_i,
  input  logic [$clog2(Words)-1:0] addr_i,
  input  logic [DataBits-1:0]      wdata_i,
  output logic                     ack_o,
  output logic [DataBits-1:0]      rdata_o,
  output logic                     uncorrectable_o,

  input logic [15:0] scrub_ms_i,

  // Injection.
  input logic                     inject_i,  // one clock long
  input logic [$clog2(Words)-1:0] inject_addr_i,
  input logic [5:0]               inject_first_i,
  input logic [5:0]               inject_second_i,

  // What was found, one clock long.
  output logic                     corrected_o,
  output logic                     damaged_o,
  output logic [$clog2(Words)-1:0] error_addr_o,

  output logic idle_o  // nothing to do before the next tick or access
);

  typedef enum logic [2:0] {
    Fill,
    Ready,
    Answer,
    Scrub,
    Flip
  } state_e;

  typedef logic [$clog2(Words)-1:0] addr_t;

  localparam logic [WordBits-1:0] Zero = {Inverted, DataBits'(0)};

  state_e state_q, state_d;
  addr_t pointer_q;  // where the filling or the scrubber is
  logic [15:0] elapsed_q;
  logic is_scrub_due;
  logic scrub_q, inject_q;  // what waits for the memory
  addr_t inject_addr_q;
  logic [5:0] inject_first_q, inject_second_q;

  logic [WordBits-1:0] ram_q[Words];
  logic [WordBits-1:0] word_q, ram_wdata, encoded, decoded;
  addr_t ram_addr;
  logic ram_read, ram_write, is_checked, corrected, uncorrectable;

  // Both codecs see a zero, at which they rest, while nothing passes through them.
  secded_encode u_encode (
    .data_i((state_q == Ready && req_i && write_i) ? wdata_i : '0),
    .word_o(encoded)
  );

  secded_decode u_decode (
    .word_i         ((state_q inside {Answer, Scrub}) ? word_q : Zero),
    .word_o         (decoded),
    .corrected_o    (corrected),
    .uncorrectable_o(uncorrectable)
  );

  always_comb begin
    state_d    = Ready;
    ram_read   = 1'b0;
    ram_write  = 1'b0;
    ram_addr   = addr_i;
    ram_wdata  = decoded;
    is_checked = 1'b0;

    unique case (state_q)
      Fill: begin
        ram_write = 1'b1;
        ram_addr  = pointer_q;
        ram_wdata = encoded;
        if (pointer_q != '1) state_d = Fill;
      end
      Ready: begin
        if (inject_q) begin
          state_d  = Flip;
          ram_read = 1'b1;
          ram_addr = inject_addr_q;
        end else if (req_i) begin
          state_d   = Answer;
          ram_read  = !write_i;
          ram_write = write_i;
          ram_wdata = encoded;
        end else if (scrub_q) begin
          state_d  = Scrub;
          ram_read = 1'b1;
          ram_addr = pointer_q;
        end
      end
      Answer: begin
        is_checked = !write_i;
        ram_write  = is_checked && corrected;
      end
      Scrub: begin
        is_checked = 1'b1;
        ram_write  = corrected;
        ram_addr   = pointer_q;
      end
      Flip: begin
        ram_write = 1'b1;
        ram_addr  = inject_addr_q;
        ram_wdata = word_q ^ (WordBits'(1) << inject_first_q | WordBits'(1) << inject_second_q);
      end
      default: state_d = Fill;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (ram_write) ram_q[ram_addr] <= ram_wdata;
    else if (ram_read) word_q <= ram_q[ram_addr];
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q   <= Fill;
      pointer_q <= '0;
      inject_q  <= 1'b0;
    end else begin
      state_q <= state_d;
      if (state_q inside {Fill, Scrub}) pointer_q <= pointer_q + 1'b1;
      if (inject_i) inject_q <= 1'b1;
      else if (state_q == Flip) inject_q <= 1'b0;

      OneAccess:     assert (!(ram_read && ram_write));
      DamagedIsKept: assert (!ram_write || !damaged_o);
      FoundIsOneOf:  assert (!(corrected_o && damaged_o));
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      inject_addr_q   <= '0;
      inject_first_q  <= '0;
      inject_second_q <= '0;
    end else if (inject_i) begin
      inject_addr_q   <= inject_addr_i;
      inject_first_q  <= inject_first_i;
      inject_second_q <= inject_second_i;
    end
  end

  assign is_scrub_due = scrub_ms_i != '0 && 17'(elapsed_q) + 17'd1 >= 17'(scrub_ms_i);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      elapsed_q <= '0;
      scrub_q   <= 1'b0;
    end else begin
      if (tick_1ms_i) elapsed_q <= (is_scrub_due || scrub_ms_i == '0) ? '0 : elapsed_q + 1'b1;
      if (tick_1ms_i && is_scrub_due) scrub_q <= 1'b1;
      else if (state_q == Scrub) scrub_q <= 1'b0;
    end
  end

  assign ack_o           = state_q == Answer;
  assign rdata_o         = decoded[DataBits-1:0];
  assign uncorrectable_o = damaged_o;
  assign corrected_o     = is_checked && corrected;
  assign damaged_o       = is_checked && uncorrectable;
  assign error_addr_o    = ram_addr;
  assign idle_o          = state_q == Ready && !req_i && !scrub_q && !inject_q;

endmodule
