package quic

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
)

// maxCID is how long a connection ID may be, in octets (RFC 9000, 17.2).
const maxCID = 20

var errCID = errors.New("connection ID is longer than one can be")

// keys unprotect the Initial packets of a client.
type keys struct {
	packet, header cipher.Block
	iv             [12]byte
}

// initialKeys derives the keys of a client's Initial packets from the
// destination connection ID of its first one (RFC 9001, 5.2).
func initialKeys(version uint32, dcid []byte) (*keys, error) {
	if len(dcid) > maxCID {
		return nil, errCID
	}
	prefix := "quic "
	if version == version2 {
		prefix = "quicv2 "
	}
	secret := expand(authenticate(salt(version), dcid), "client in", sha256.Size)
	key := expand(secret, prefix+"key", 16)
	iv := expand(secret, prefix+"iv", 12)
	hp := expand(secret, prefix+"hp", 16)
	k := &keys{iv: [12]byte(iv[:])}
	var err error
	if k.packet, err = aes.NewCipher(key[:16]); err != nil {
		return nil, err
	}
	k.header, err = aes.NewCipher(hp[:16])
	return k, err
}

// salt returns the initial salt of a version (RFC 9001, 5.2; RFC 9369, 3.3.1;
// draft-ietf-quic-tls-29 and -27, 5.2).
func salt(version uint32) []byte {
	text := "38762cf7f55934b34d179ae6a4c80cadccbb7f0a"
	switch {
	case version == version2:
		text = "0dede3def700a6db819381be6e269dcbf9bd2ed9"
	case version >= draft29 && version < draft33:
		text = "afbfec289993d24c9e9786f19c6111e04390a899"
	case version >= firstDraft && version < draft29:
		text = "c3eef712c72ebb5a11a7d2432bb46365bef9f502"
	}
	b, _ := hex.DecodeString(text)
	return b
}

// expand is HKDF-Expand-Label of TLS 1.3 without a context (RFC 8446, 7.1), of
// up to a hash. It is written out, and with it the keyed hash below it, since
// nothing here is secret, a mirror port shows thousands of connections a second,
// and what crypto/hkdf leaves behind of each was a quarter of all garbage.
func expand(secret [sha256.Size]byte, label string, size int) [sha256.Size]byte {
	const prefix = "tls13 "
	info := make([]byte, 0, sha256.BlockSize)
	info = append(info, 0, byte(size), byte(len(prefix)+len(label)))
	info = append(append(append(info, prefix...), label...), 0, 1) // no context; the first block
	return authenticate(secret[:], info)
}

// authenticate is HMAC with SHA-256 (RFC 2104) of a key and a text of up to a
// block each.
func authenticate(key, text []byte) [sha256.Size]byte {
	var inner, outer [2 * sha256.BlockSize]byte
	copy(inner[:], key)
	copy(outer[:], key)
	for i := range sha256.BlockSize {
		inner[i] ^= 0x36
		outer[i] ^= 0x5c
	}
	n := copy(inner[sha256.BlockSize:], text)
	sum := sha256.Sum256(inner[:sha256.BlockSize+n])
	n = copy(outer[sha256.BlockSize:], sum[:])
	return sha256.Sum256(outer[:sha256.BlockSize+n])
}

// open returns the frames in a packet (RFC 9001, 5.3 and 5.4). One that was cut
// by the capture is decrypted as far as it goes, without proof that the keys are
// the right ones.
func (k *keys) open(h *header) ([]byte, bool) {
	if len(h.packet) < h.number+4+aes.BlockSize {
		return nil, false
	}
	var mask [aes.BlockSize]byte
	k.header.Encrypt(mask[:], h.packet[h.number+4:h.number+4+aes.BlockSize])
	first := h.packet[0] ^ mask[0]&0x0f
	size := int(first&3) + 1
	aad := append([]byte(nil), h.packet[:h.number+size]...)
	aad[0] = first
	var number uint64
	for i, m := range mask[1 : 1+size] {
		aad[h.number+i] ^= m
		number = number<<8 | uint64(aad[h.number+i])
	}
	var nonce [aes.BlockSize]byte // 12 octets, and the counter of a cut packet
	copy(nonce[:], k.iv[:])
	for i := range 8 {
		nonce[4+i] ^= byte(number >> (56 - 8*i))
	}
	sealed := h.packet[h.number+size:]
	if !h.whole {
		binary.BigEndian.PutUint32(nonce[12:], 2) // GCM counts from there (NIST SP 800-38D, 7.1)
		out := make([]byte, len(sealed))
		cipher.NewCTR(k.packet, nonce[:]).XORKeyStream(out, sealed)
		return out, true
	}
	aead, err := cipher.NewGCM(k.packet)
	if err != nil {
		return nil, false
	}
	out, err := aead.Open(nil, nonce[:12], sealed, aad)
	return out, err == nil
}
