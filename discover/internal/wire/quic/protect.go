package quic

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
)

// keys unprotect the Initial packets of a client.
type keys struct {
	packet, header cipher.Block
	iv             []byte
}

// initialKeys derives the keys of a client's Initial packets from the
// destination connection ID of its first one (RFC 9001, 5.2).
func initialKeys(version uint32, dcid []byte) (*keys, error) {
	secret, err := hkdf.Extract(sha256.New, dcid, salt(version))
	if err != nil {
		return nil, err
	}
	if secret, err = expand(secret, "client in", sha256.Size); err != nil {
		return nil, err
	}
	prefix := "quic "
	if version == version2 {
		prefix = "quicv2 "
	}
	var out [3][]byte
	for i, label := range []struct {
		name string
		size int
	}{{"key", 16}, {"iv", 12}, {"hp", 16}} {
		if out[i], err = expand(secret, prefix+label.name, label.size); err != nil {
			return nil, err
		}
	}
	k := &keys{iv: out[1]}
	if k.packet, err = aes.NewCipher(out[0]); err != nil {
		return nil, err
	}
	k.header, err = aes.NewCipher(out[2])
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

// expand is HKDF-Expand-Label of TLS 1.3 without a context (RFC 8446, 7.1).
func expand(secret []byte, label string, size int) ([]byte, error) {
	label = "tls13 " + label
	info := string([]byte{byte(size >> 8), byte(size), byte(len(label))}) + label + "\x00"
	return hkdf.Expand(sha256.New, secret, info, size)
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
	copy(nonce[:], k.iv)
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
