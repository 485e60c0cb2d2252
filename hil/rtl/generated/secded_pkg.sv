// Generated from hil/devices/secded.py; do not edit.

package secded_pkg;

  localparam int unsigned DataBits = 32;
  localparam int unsigned CheckBits = 7;
  localparam int unsigned WordBits = 39;

  // Check bits that are stored inverted.
  localparam logic [CheckBits-1:0] Inverted = 7'b0010001;

  // The data bits whose parity each check bit holds, the highest check bit first.
  localparam logic [CheckBits-1:0][DataBits-1:0] Rows = {
    32'hFFFC0000,
    32'hF003FF00,
    32'h0F03C0F8,
    32'h88E238C7,
    32'h449926B6,
    32'h2254956D,
    32'h112C4B1B
  };

  // The syndrome of an error in each bit of a word, the highest bit first.
  localparam logic [WordBits-1:0][CheckBits-1:0] Columns = {
    7'b1000000,
    7'b0100000,
    7'b0010000,
    7'b0001000,
    7'b0000100,
    7'b0000010,
    7'b0000001,
    7'b1101000,
    7'b1100100,
    7'b1100010,
    7'b1100001,
    7'b1011000,
    7'b1010100,
    7'b1010010,
    7'b1010001,
    7'b1001100,
    7'b1001010,
    7'b1001001,
    7'b1000110,
    7'b1000101,
    7'b1000011,
    7'b0111000,
    7'b0110100,
    7'b0110010,
    7'b0110001,
    7'b0101100,
    7'b0101010,
    7'b0101001,
    7'b0100110,
    7'b0100101,
    7'b0100011,
    7'b0011100,
    7'b0011010,
    7'b0010110,
    7'b0010101,
    7'b0010011,
    7'b0001110,
    7'b0001101,
    7'b0001011
  };

endpackage
