// Corrects a word with one wrong bit and says when there are more; the code is told in hil/devices/secded.py.
//
// Every single error is corrected, every double one is uncorrectable; of three and more some look like one.
// Combinational.

module secded_decode
  import secded_pkg::*;
(
  input  logic [WordBits-1:0] word_i,
  output logic [WordBits-1:0] word_o,          // as it was written, unless uncorrectable
  output logic                corrected_o,
  output logic                uncorrectable_o
);

  logic [CheckBits-1:0] syndrome;
  logic [WordBits-1:0] wrong;

  always_comb begin
    syndrome = '0;
    if (word_i != {Inverted, DataBits'(0)}) begin  // a written zero: there a simulation needs no parities
      for (int unsigned c = 0; c < CheckBits; c++) begin
        syndrome[c] = ^(word_i[DataBits-1:0] & Rows[c]) ^ Inverted[c] ^ word_i[DataBits+c];
      end
    end
    wrong = '0;
    if (syndrome != '0) begin
      for (int unsigned b = 0; b < WordBits; b++) wrong[b] = syndrome == Columns[b];
    end
  end

  assign word_o          = word_i ^ wrong;
  assign corrected_o     = wrong != '0;
  assign uncorrectable_o = syndrome != '0 && !corrected_o;

  always_comb begin
    if (syndrome != '0) begin
      OneAtMost: assert ($countones(wrong) <= 1);
      EitherOr:  assert (corrected_o != uncorrectable_o);
    end
  end

endmodule
