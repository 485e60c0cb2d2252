// Adds seven check bits to 32 bits of data; the code is told in hil/devices/secded.py.
//
// Combinational.

module secded_encode
  import secded_pkg::*;
(
  input  logic [DataBits-1:0] data_i,
  output logic [WordBits-1:0] word_o  // data below, check bits above
);

  always_comb begin
    word_o[DataBits-1:0] = data_i;
    word_o[WordBits-1:DataBits] = Inverted;  // what a zero has: there a simulation needs no parities
    if (data_i != '0) begin
      for (int unsigned c = 0; c < CheckBits; c++) word_o[DataBits+c] = ^(data_i & Rows[c]) ^ Inverted[c];
    end
  end

endmodule
