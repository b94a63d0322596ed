//! Maps and sets of few entries, as sorted lists.
//!
//! For what is under way at one time: steps, requests, xorbs. The library's trees are quick with millions of entries, and cost a page
//! 5 KB of code for every type that is kept in one; these cost a few hundred bytes. Invariant: keys ascend, none is there twice.
//! Entering and leaving take time with the number of larger keys, so keys that grow, as numbers of steps do, cost nothing.

/// A map of few entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmallMap<K, V>(Vec<(K, V)>);

impl<K, V> Default for SmallMap<K, V> {
    fn default() -> SmallMap<K, V> {
        SmallMap(Vec::new())
    }
}

impl<K: Ord, V> SmallMap<K, V> {
    /// No entries.
    pub fn new() -> SmallMap<K, V> {
        SmallMap::default()
    }

    /// Puts a value in; gives the one back that was there.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.place(&key) {
            Ok(at) => Some(std::mem::replace(&mut self.0[at].1, value)),
            Err(at) => {
                self.0.insert(at, (key, value));
                None
            }
        }
    }

    /// Takes a value out.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        self.place(key).ok().map(|at| self.0.remove(at).1)
    }

    /// The value of a key.
    pub fn get(&self, key: &K) -> Option<&V> {
        self.place(key).ok().map(|at| &self.0[at].1)
    }

    /// The value of a key, to be changed.
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.place(key).ok().map(|at| &mut self.0[at].1)
    }

    /// The value of a key; a new one where there is none.
    pub fn get_or_default(&mut self, key: K) -> &mut V
    where
        V: Default,
    {
        let at = match self.place(&key) {
            Ok(at) => at,
            Err(at) => {
                self.0.insert(at, (key, V::default()));
                at
            }
        };
        &mut self.0[at].1
    }

    /// Whether there is such a key.
    pub fn contains_key(&self, key: &K) -> bool {
        self.place(key).is_ok()
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The entries, by their keys.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.0.iter().map(|(key, value)| (key, value))
    }

    /// The entries by their keys, values to be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&K, &mut V)> {
        self.0.iter_mut().map(|(key, value)| (&*key, value))
    }

    /// The values, by their keys.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.0.iter().map(|(_, value)| value)
    }

    fn place(&self, key: &K) -> Result<usize, usize> {
        match self.0.last() {
            Some((last, _)) if last < key => Err(self.0.len()),
            _ => self.0.binary_search_by(|(known, _)| known.cmp(key)),
        }
    }
}

impl<K, V> IntoIterator for SmallMap<K, V> {
    type Item = (K, V);
    type IntoIter = std::vec::IntoIter<(K, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// A set of few entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmallSet<K>(SmallMap<K, ()>);

impl<K> Default for SmallSet<K> {
    fn default() -> SmallSet<K> {
        SmallSet(SmallMap::default())
    }
}

impl<K: Ord> SmallSet<K> {
    /// No entries.
    pub fn new() -> SmallSet<K> {
        SmallSet::default()
    }

    /// Puts a key in; says whether it is new.
    pub fn insert(&mut self, key: K) -> bool {
        self.0.insert(key, ()).is_none()
    }

    /// Takes a key out; says whether it was there.
    pub fn remove(&mut self, key: &K) -> bool {
        self.0.remove(key).is_some()
    }

    /// Whether the key is there.
    pub fn contains(&self, key: &K) -> bool {
        self.0.contains_key(key)
    }
}

impl<K: Ord, V> Extend<(K, V)> for SmallMap<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        for (key, value) in entries {
            self.insert(key, value);
        }
    }
}

impl<K: Ord> Extend<K> for SmallSet<K> {
    fn extend<I: IntoIterator<Item = K>>(&mut self, keys: I) {
        for key in keys {
            self.insert(key);
        }
    }
}

impl<K: Ord> FromIterator<K> for SmallSet<K> {
    fn from_iter<I: IntoIterator<Item = K>>(keys: I) -> SmallSet<K> {
        let mut set = SmallSet::new();
        set.extend(keys);
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_come_go_and_stay_in_order() {
        let mut map = SmallMap::new();
        for key in [5, 1, 3, 9, 7] {
            assert_eq!(map.insert(key, key * 10), None);
        }
        assert_eq!(map.insert(3, 33), Some(30));
        assert_eq!((map.get(&3), map.get(&4), map.contains_key(&9), map.len()), (Some(&33), None, true, 5));
        assert_eq!((map.remove(&1), map.remove(&1)), (Some(10), None));
        *map.get_or_default(4) += 4;
        *map.get_or_default(5) += 4;
        map.extend([(7, 77), (8, 88)]);
        assert_eq!(map.values().copied().collect::<Vec<_>>(), [33, 4, 54, 77, 88, 90]);
        assert_eq!(map.into_iter().collect::<Vec<_>>(), [(3, 33), (4, 4), (5, 54), (7, 77), (8, 88), (9, 90)]);
    }

    #[test]
    fn a_set_holds_each_key_once() {
        let mut set: SmallSet<u8> = [2, 1, 2].into_iter().collect();
        assert!(!set.insert(1) && set.insert(0) && set.remove(&2) && !set.remove(&2));
        assert!(set.contains(&0) && set.contains(&1) && !set.contains(&2));
    }
}
