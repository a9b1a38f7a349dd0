/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_SAFETENSORS_H
#define STERNA_SAFETENSORS_H

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * A safetensors file in memory: named float32 tensors and a table of strings.
 *
 * The format (https://github.com/huggingface/safetensors) is an 8-byte little-endian header length,
 * a JSON header with type, shape and byte range of each tensor, and the raw row-major data, which
 * has neither holes nor overlaps. Only the type F32 is used; integers that must stay exact go into
 * `metadata` as decimal strings. The same content gives the same bytes: tensors lie in the order of
 * their names, and the header is padded with spaces to a multiple of 8 bytes.
 */
class Safetensors
{
  public:
    /// One tensor: its shape and its values in row-major order.
    struct Tensor
    {
        std::vector<int64_t> shape;
        std::vector<float> data;
    };

    std::map<std::string, std::string> metadata;
    std::map<std::string, Tensor> tensors;

    /**
     * Reads a file. Throws InputError, in one sentence, if it is missing, truncated, no safetensors
     * file, of another element type, or holds a value that is not finite (the tensor is named).
     */
    static Safetensors Read(const std::string& path);

    /**
     * Writes to a temporary file beside `path` and renames it: at `path` is the old file or the new
     * one, never half of it. Throws InputError if the folder cannot be written, or if a tensor
     * holds a value that is not finite or a number of values that is not that of its shape.
     */
    void Write(const std::string& path) const;

    /**
     * \param path the file's name for the message
     * \return the tensor; throws InputError if it is absent or of another shape
     */
    const Tensor& Get(const std::string& name,
                      const std::vector<int64_t>& shape,
                      const std::string& path) const;

    /// \return a metadata string; throws InputError if it is absent
    const std::string& GetMetadata(const std::string& key, const std::string& path) const;

    /// \return a metadata string as a number >= 0; throws InputError if it is none
    uint64_t GetCount(const std::string& key, const std::string& path) const;
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_SAFETENSORS_H */
