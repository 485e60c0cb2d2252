// What is proven of the mailbox's code: of every word, every single and every double error.

module secded_fv
  import secded_pkg::*;
(
  input logic [DataBits-1:0] data_i,
  input logic [5:0] first_i,
  input logic [5:0] second_i
);

  logic [WordBits-1:0] written, one, two, none_word, one_word, two_word;
  logic none_corrected, none_uncorrectable;
  logic one_corrected, one_uncorrectable;
  logic two_corrected, two_uncorrectable;

  assign one = written ^ (WordBits'(1) << first_i);
  assign two = one ^ (WordBits'(1) << second_i);

  secded_encode u_encode (.data_i, .word_o(written));
  secded_decode u_none (
    .word_i(written), .word_o(none_word), .corrected_o(none_corrected), .uncorrectable_o(none_uncorrectable)
  );
  secded_decode u_one (
    .word_i(one), .word_o(one_word), .corrected_o(one_corrected), .uncorrectable_o(one_uncorrectable)
  );
  secded_decode u_two (
    .word_i(two), .word_o(two_word), .corrected_o(two_corrected), .uncorrectable_o(two_uncorrectable)
  );

  always_comb begin
    assume (first_i < 6'(WordBits) && second_i < 6'(WordBits) && first_i != second_i);

    // The data can be read off a word as it was written.
    DataIsPlain: assert (written[DataBits-1:0] == data_i);

    // A word without an error passes, and nothing is said.
    NoErrorPasses: assert (none_word == written && !none_corrected && !none_uncorrectable);

    // Every single wrong bit is corrected, and said to be.
    SingleIsCorrected: assert (one_word == written && one_corrected && !one_uncorrectable);

    // Every two wrong bits are said to be beyond correction.
    DoubleIsFlagged: assert (two_uncorrectable && !two_corrected);

    // A memory that has lost its power, all zeros or all ones, is not taken for a written word.
    DeadIsNoWord: assert (written != '0 && written != '1);
  end

endmodule
