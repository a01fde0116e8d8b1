//! What somebody may have meant who misspelt a word.

/// "; did you mean 'x'?" for the valid word that is most like `word`, if one is.
pub fn nearest(word: &str, valid: &[&str]) -> String {
    let word = word.trim().to_lowercase().replace(['-', ' '], "_");
    let like = valid.iter().map(|other| (strsim::damerau_levenshtein(&word, other), other)).min();
    match like {
        Some((distance, other)) if distance <= 1.max(other.len() / 3) => format!(" (did you mean '{other}'?)"),
        _ => String::new(),
    }
}
