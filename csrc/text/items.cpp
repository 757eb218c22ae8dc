#include "text/items.h"

#include <stdexcept>
#include <tuple>

namespace sentiment_fast {
namespace {

constexpr char32_t kCodePoints = 0x110000;

// The four bytes from `at` on in an emoticon; what follows it may be anything.
bool has_trigger(const Triggers& triggers, const std::u32string& emoticon, size_t at) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(i < emoticon.size() ? emoticon[i] : 0); };
  return triggers.at(byte(at), byte(at + 1), byte(at + 2), byte(at + 3));
}

}  // namespace

Items::Items(const EmojiWords& emojis, bool ratings, bool contractions)
    : ratings_(ratings), contractions_(contractions), begins_emoji_(kCodePoints), triggers_beyond_(kCodePoints) {
  for (const auto& [emoji, words] : emojis) {
    if (emoji.empty() || words.empty()) throw std::invalid_argument("Expected emojis and words, got an empty one");
    emojis_.push_back({emoji[0], emoji.substr(1), "_emoji " + words});
  }
  std::sort(emojis_.begin(), emojis_.end(), [](const Emoji& a, const Emoji& b) {
    return std::make_tuple(a.first, b.others.size(), a.others) < std::make_tuple(b.first, a.others.size(), b.others);
  });
  add_triggers(utf8_);
  add_triggers(latin1_);
  for (const auto& [emoji, words] : emojis) {
    if (emoji[0] >= kCodePoints) throw std::invalid_argument("Expected emojis of code points below 0x110000");
    begins_emoji_[emoji[0]] = true;
    if (emoji[0] >= 0x80) {
      add_lead(emoji[0]);
    } else if (!has_trigger(utf8_, emoji, 0) && !has_trigger(utf8_, emoji, 1)) {
      throw std::invalid_argument("Expected emoticons with a trigger (text/items.cpp), got one without: " + words);
    }
  }
  if (ratings)
    for (const char32_t star : {char32_t{0x2605}, char32_t{0x2B50}, char32_t{0x1F31F}}) add_lead(star);
  if (contractions)
    for (const char32_t apostrophe : {char32_t{0xB4}, char32_t{0x2018}, char32_t{0x2019}}) add_lead(apostrophe);
}

// Classes of two to four characters that are rare in ordinary text; one or more is in every item that begins with ASCII.
void Items::add_triggers(Triggers& triggers) const {
  if (ratings_) {
    triggers.add({"", "/", " 15", ""});
    triggers.add({"s", "t", "a", "r"});
    triggers.add({"u", "t", " ", "o"});  // out of
  }
  if (!emojis_.empty()) {
    triggers.add({":;=", ")]}([-'^dopc/\\|*", "", ""});
    triggers.add({"<x", "3/d", "", ""});
    triggers.add({"()^->t", ":;=^_", "", ""});
  }
  if (contractions_) {
    triggers.add({" ", "n", "'`", "t"});
    triggers.add({" ", "'`", "smdlrv", ""});
  }
}

// Makes a code point beyond ASCII a trigger.
void Items::add_lead(char32_t c) {
  char bytes[4];
  append_utf8(bytes, c);
  triggers_beyond_[c] = true;
  utf8_.add_beyond_ascii(static_cast<unsigned char>(bytes[0]));
  if (c <= 0xFF) latin1_.add_beyond_ascii(static_cast<unsigned char>(c));
}

}  // namespace sentiment_fast
