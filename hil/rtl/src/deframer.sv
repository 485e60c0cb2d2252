// Finds the device link's frames in whatever a serial line delivers.
//
// Octets go into a ring. From each octet of it that could begin a frame the frame is read through; when it turns out to
// be none, the hunt goes on from the octet behind, so that a false sync costs one octet. After 20 ms of silence inside
// a frame its beginning is given up, whole frames behind that are still taken, and the rest is dropped.
// Timing: one octet a clock. frame_valid_o rises at the latest 12 clocks after the last octet if nothing but the frame
// is in the ring; rereading garbage adds at most MaxData + 10 clocks for each of its octets. The frame holds still
// until done_i. Octets that find the ring full are lost.

module deframer
  import device_link_pkg::*;
#(
  parameter int unsigned MaxData = 64
) (
  input logic clk_i,
  input logic rst_ni,
  input logic tick_1ms_i,

  input logic [7:0] octet_i,
  input logic       octet_valid_i,  // one clock long

  output logic        frame_valid_o,
  output logic [7:0]  seq_o,
  output logic [7:0]  op_o,
  output logic [15:0] address_o,
  output logic [15:0] length_o,
  input  logic [5:0]  data_index_i,
  output logic [7:0]  data_o,        // octet data_index_i of the frame's data
  input  logic        done_i,        // one clock long

  // What was seen, one clock long each.
  output logic found_o,      // a frame
  output logic crc_error_o,  // a frame with a wrong CRC
  output logic timeout_o,    // a frame given up
  output logic overrun_o,    // an octet lost

  output logic idle_o  // nothing to do before the next octet or tick
);

  typedef enum logic [2:0] {
    FirstSync,
    SecondSync,
    Header,
    Body,
    Held
  } state_e;

  typedef logic [7:0] pointer_t;

  localparam int unsigned HeaderOctets = 6;
  localparam int unsigned CrcOctets = 2;
  localparam int unsigned Longest = 2 + HeaderOctets + MaxData + CrcOctets;
  localparam pointer_t DataStart = pointer_t'(2 + HeaderOctets);
  localparam int unsigned SilentTicks = FrameTimeoutMs + 1;  // the first tick surely after the time-out

  logic [7:0] ring_q[256];
  pointer_t write_q, start_q, start_d, count_q, count_d;
  pointer_t flush_end_q, flush_end_d;
  logic flush_q, flush_d;
  logic [$clog2(SilentTicks+1)-1:0] silence_q, silence_d;

  state_e state_q, state_d;
  logic [8*HeaderOctets-1:0] header_q, header_d;
  pointer_t left_q, left_d;
  logic [15:0] crc_q, crc_d, crc_next;

  logic [7:0] octet;
  logic has_octet, is_silent, is_false;

  assign octet     = ring_q[start_q+count_q];
  assign has_octet = pointer_t'(start_q + count_q) != (flush_q ? flush_end_q : write_q);
  assign is_silent = silence_q == $bits(silence_q)'(SilentTicks);

  crc16 u_crc16 (
    .crc_i (crc_q),
    .data_i(octet),
    .crc_o (crc_next)
  );

  always_comb begin
    state_d     = state_q;
    start_d     = start_q;
    count_d     = count_q;
    flush_d     = flush_q;
    flush_end_d = flush_end_q;
    header_d    = header_q;
    left_d      = left_q;
    crc_d       = crc_q;
    is_false    = 1'b0;
    found_o     = 1'b0;
    crc_error_o = 1'b0;
    timeout_o   = 1'b0;

    if (state_q == Held) begin
      if (done_i) begin
        state_d = FirstSync;
        start_d = start_q + count_q;
        count_d = '0;
      end
    end else if (has_octet) begin
      count_d = count_q + 1'b1;
      unique case (state_q)
        FirstSync: begin
          state_d  = SecondSync;
          is_false = octet != SyncFirst;
        end
        SecondSync: begin
          state_d  = Header;
          left_d   = pointer_t'(HeaderOctets);
          crc_d    = '1;
          is_false = octet != SyncSecond;
        end
        Header: begin
          header_d = {header_q[8*HeaderOctets-9:0], octet};
          crc_d    = crc_next;
          left_d   = left_q - 1'b1;
          if (left_q == 8'd1) begin
            state_d  = Body;
            left_d   = header_d[7:0] + pointer_t'(CrcOctets);
            is_false = header_d[15:0] > 16'(MaxData);
          end
        end
        Body: begin
          crc_d  = crc_next;
          left_d = left_q - 1'b1;
          if (left_q == 8'd1) begin
            state_d     = Held;
            crc_error_o = crc_next != '0;
            found_o     = !crc_error_o;
            is_false    = crc_error_o;
          end
        end
        default: state_d = FirstSync;
      endcase
    end else if (flush_q) begin
      state_d = FirstSync;
      start_d = flush_end_q;
      count_d = '0;
      flush_d = 1'b0;
    end else if (is_silent && count_q != '0) begin
      is_false    = 1'b1;
      timeout_o   = 1'b1;
      flush_d     = 1'b1;
      flush_end_d = write_q;
    end

    if (is_false) begin
      state_d = FirstSync;
      start_d = start_q + 1'b1;
      count_d = '0;
    end

    silence_d = silence_q;
    if (octet_valid_i) silence_d = '0;
    else if (tick_1ms_i && !is_silent) silence_d = silence_q + 1'b1;
  end

  logic is_full;
  assign is_full = pointer_t'(write_q + 1'b1) == start_q;

  always_ff @(posedge clk_i) begin
    if (octet_valid_i && !is_full) ring_q[write_q] <= octet_i;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q     <= FirstSync;
      write_q     <= '0;
      start_q     <= '0;
      count_q     <= '0;
      flush_q     <= 1'b0;
      flush_end_q <= '0;
      silence_q   <= '0;
      header_q    <= '0;
      left_q      <= '0;
      crc_q       <= '1;
    end else begin
      state_q     <= state_d;
      start_q     <= start_d;
      count_q     <= count_d;
      flush_q     <= flush_d;
      flush_end_q <= flush_end_d;
      silence_q   <= silence_d;
      header_q    <= header_d;
      left_q      <= left_d;
      crc_q       <= crc_d;
      if (octet_valid_i && !is_full) write_q <= write_q + 1'b1;

      FrameFits:   assert (count_q <= pointer_t'(Longest));
      CountInRing: assert (count_q <= pointer_t'(write_q - start_q));
      HeldIsShort: assert (!frame_valid_o || length_o <= 16'(MaxData));
      HuntIsFresh: assert ((state_q == FirstSync) == (count_q == '0));
    end
  end

  assign overrun_o     = octet_valid_i && is_full;
  assign frame_valid_o = state_q == Held;
  assign {seq_o, op_o, address_o, length_o} = header_q;
  assign data_o = ring_q[start_q+DataStart+pointer_t'(data_index_i)];
  assign idle_o = (state_q != Held) && !has_octet && !flush_q && !(is_silent && count_q != '0);

endmodule
