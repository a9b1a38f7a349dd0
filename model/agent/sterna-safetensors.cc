/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-safetensors.h"

#include "ns3/log.h"
#include "ns3/sterna-error.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaSafetensors");

namespace
{

constexpr uint64_t LENGTH_BYTES = 8;
constexpr uint64_t MAX_HEADER_BYTES = 100'000'000; // the format's own limit
constexpr uint64_t VALUE_BYTES = 4;

[[noreturn]] void
Refuse(const std::string& path, const std::string& why)
{
    throw InputError("Cannot read '" + path + "': " + why + ".");
}

std::string
ShapeName(const std::vector<int64_t>& shape)
{
    std::string name = "[";
    for (size_t i = 0; i < shape.size(); ++i)
    {
        name += (i > 0 ? ", " : "") + std::to_string(shape[i]);
    }
    return name + "]";
}

/// The number of values of a shape, or nothing that a file could hold if it overflows.
uint64_t
CountValues(const std::vector<int64_t>& shape)
{
    constexpr uint64_t LIMIT = std::numeric_limits<uint64_t>::max() / VALUE_BYTES;
    uint64_t count = 1;
    for (int64_t extent : shape)
    {
        const auto factor = static_cast<uint64_t>(extent);
        if (factor != 0 && count > LIMIT / factor)
        {
            return LIMIT;
        }
        count *= factor;
    }
    return count;
}

/// \return whether all of a JSON array are integers >= 0
bool
AreCounts(const nlohmann::json& array)
{
    return array.is_array() && std::all_of(array.begin(), array.end(), [](const auto& value) {
               return value.is_number_unsigned() &&
                      value.template get<uint64_t>() <=
                          static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
           });
}

std::string
ReadBytes(const std::string& path)
{
    std::ifstream in(path, std::ios::binary);
    if (!in)
    {
        Refuse(path, "the file does not exist or may not be read");
    }
    std::string bytes{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    if (in.bad() || bytes.empty())
    {
        Refuse(path, "it is empty or no file; a safetensors file was expected");
    }
    return bytes;
}

uint64_t
ReadHeaderLength(const std::string& bytes, const std::string& path)
{
    if (bytes.size() < LENGTH_BYTES)
    {
        Refuse(path,
               "it has only " + std::to_string(bytes.size()) +
                   " bytes; a safetensors file starts with 8 bytes of header length");
    }
    uint64_t length = 0;
    for (uint64_t i = 0; i < LENGTH_BYTES; ++i)
    {
        length |= static_cast<uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
    }
    if (length > MAX_HEADER_BYTES)
    {
        Refuse(path,
               "it states a header of " + std::to_string(length) +
                   " bytes, so it is no safetensors file");
    }
    if (length > bytes.size() - LENGTH_BYTES)
    {
        Refuse(path,
               "it is truncated: it states a header of " + std::to_string(length) +
                   " bytes, but only " + std::to_string(bytes.size() - LENGTH_BYTES) + " follow");
    }
    return length;
}

/// One tensor of the header: its byte range behind the header.
struct Entry
{
    std::string name;
    std::vector<int64_t> shape;
    uint64_t begin;
    uint64_t end;
};

Entry
ParseEntry(const std::string& name, const nlohmann::json& entry, const std::string& path)
{
    const std::string tensor = "tensor '" + name + "' ";
    if (!entry.is_object() || !entry.contains("dtype") || !entry.contains("shape") ||
        !entry.contains("data_offsets") || !entry["dtype"].is_string() ||
        !AreCounts(entry["shape"]) || !AreCounts(entry["data_offsets"]) ||
        entry["data_offsets"].size() != 2)
    {
        Refuse(path, tensor + "lacks a proper dtype, shape or data_offsets");
    }
    if (entry["dtype"] != "F32")
    {
        Refuse(path, tensor + "has type " + entry["dtype"].get<std::string>() + ", not F32");
    }
    Entry result{name,
                 entry["shape"].get<std::vector<int64_t>>(),
                 entry["data_offsets"][0].get<uint64_t>(),
                 entry["data_offsets"][1].get<uint64_t>()};
    if (result.end < result.begin ||
        result.end - result.begin != CountValues(result.shape) * VALUE_BYTES)
    {
        Refuse(path,
               tensor + "has shape " + ShapeName(result.shape) + " but the byte range " +
                   std::to_string(result.begin) + " to " + std::to_string(result.end));
    }
    return result;
}

/// The ranges must cover the data without holes or overlaps.
void
CheckRanges(std::vector<Entry>& entries, uint64_t dataBytes, const std::string& path)
{
    std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
        return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
    });
    uint64_t position = 0;
    for (const Entry& entry : entries)
    {
        if (entry.begin != position)
        {
            Refuse(path,
                   "tensor '" + entry.name + "' starts at byte " + std::to_string(entry.begin) +
                       " of the data, not at " + std::to_string(position));
        }
        position = entry.end;
    }
    if (position > dataBytes)
    {
        Refuse(path,
               "it is truncated: its tensors need " + std::to_string(position) +
                   " bytes of data, but only " + std::to_string(dataBytes) + " follow");
    }
    if (position < dataBytes)
    {
        Refuse(path,
               "its tensors end after " + std::to_string(position) + " bytes of data, but " +
                   std::to_string(dataBytes) + " follow");
    }
}

std::vector<float>
Decode(const char* bytes, const Entry& entry, const std::string& path)
{
    std::vector<float> values((entry.end - entry.begin) / VALUE_BYTES);
    const auto* raw = reinterpret_cast<const unsigned char*>(bytes) + entry.begin;
    for (float& value : values)
    {
        const uint32_t bits = uint32_t{raw[0]} | uint32_t{raw[1]} << 8 | uint32_t{raw[2]} << 16 |
                              uint32_t{raw[3]} << 24;
        std::memcpy(&value, &bits, VALUE_BYTES);
        raw += VALUE_BYTES;
        if (!std::isfinite(value))
        {
            Refuse(path, "tensor '" + entry.name + "' holds a value that is not finite");
        }
    }
    return values;
}

void
AppendLittleEndian(std::string& bytes, uint64_t value, uint64_t count)
{
    for (uint64_t i = 0; i < count; ++i)
    {
        bytes.push_back(static_cast<char>(value >> (8 * i) & 0xFF));
    }
}

/// The whole file; throws if its content cannot be a file.
std::string
Encode(const Safetensors& file, const std::string& path)
{
    nlohmann::json header = nlohmann::json::object();
    if (!file.metadata.empty())
    {
        header["__metadata__"] = file.metadata;
    }
    std::string data;
    for (const auto& [name, tensor] : file.tensors)
    {
        const bool finite = std::all_of(tensor.data.begin(), tensor.data.end(), [](float value) {
            return std::isfinite(value);
        });
        if (!finite || tensor.data.size() != CountValues(tensor.shape))
        {
            throw InputError("Cannot write '" + path + "': tensor '" + name + "' " +
                             (finite ? "has " + std::to_string(tensor.data.size()) +
                                           " values but the shape " + ShapeName(tensor.shape)
                                     : "holds a value that is not finite") +
                             ".");
        }
        const uint64_t begin = data.size();
        for (float value : tensor.data)
        {
            uint32_t bits;
            std::memcpy(&bits, &value, VALUE_BYTES);
            AppendLittleEndian(data, bits, VALUE_BYTES);
        }
        header[name] = {{"dtype", "F32"},
                        {"shape", tensor.shape},
                        {"data_offsets", {begin, data.size()}}};
    }
    // Paths in the metadata need not be UTF-8: a replacement character must not cost the file.
    std::string text = header.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    text.append((8 - text.size() % 8) % 8, ' ');
    std::string bytes;
    bytes.reserve(LENGTH_BYTES + text.size() + data.size());
    AppendLittleEndian(bytes, text.size(), LENGTH_BYTES);
    return bytes + text + data;
}

} // namespace

Safetensors
Safetensors::Read(const std::string& path)
{
    NS_LOG_FUNCTION(path);
    const std::string bytes = ReadBytes(path);
    const uint64_t length = ReadHeaderLength(bytes, path);
    const auto begin = bytes.begin() + LENGTH_BYTES;
    const nlohmann::json header = nlohmann::json::parse(begin, begin + length, nullptr, false);
    if (!header.is_object())
    {
        Refuse(path, "its header is no JSON object, so it is no safetensors file");
    }
    Safetensors file;
    std::vector<Entry> entries;
    for (const auto& [name, entry] : header.items())
    {
        if (name != "__metadata__")
        {
            entries.push_back(ParseEntry(name, entry, path));
            continue;
        }
        if (!entry.is_object() || !std::all_of(entry.begin(), entry.end(), [](const auto& value) {
                return value.is_string();
            }))
        {
            Refuse(path, "its metadata is no table of strings");
        }
        file.metadata = entry.get<std::map<std::string, std::string>>();
    }
    CheckRanges(entries, bytes.size() - LENGTH_BYTES - length, path);
    for (const Entry& entry : entries)
    {
        file.tensors[entry.name] = {entry.shape,
                                    Decode(bytes.data() + LENGTH_BYTES + length, entry, path)};
    }
    return file;
}

void
Safetensors::Write(const std::string& path) const
{
    NS_LOG_FUNCTION(this << path);
    const std::string bytes = Encode(*this, path);
    const std::string temporary = path + ".tmp";
    std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
    const bool opened = out.is_open();
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    out.close();
    if (!out || std::rename(temporary.c_str(), path.c_str()) != 0)
    {
        const std::string why = std::strerror(errno);
        if (opened)
        {
            std::remove(temporary.c_str());
        }
        throw InputError("Cannot write '" + path + "': " + why +
                         "; a file in a folder that exists and may be written was expected.");
    }
}

const Safetensors::Tensor&
Safetensors::Get(const std::string& name,
                 const std::vector<int64_t>& shape,
                 const std::string& path) const
{
    const auto found = tensors.find(name);
    if (found == tensors.end())
    {
        Refuse(path, "it has no tensor '" + name + "'");
    }
    if (found->second.shape != shape)
    {
        Refuse(path,
               "tensor '" + name + "' has shape " + ShapeName(found->second.shape) + ", not " +
                   ShapeName(shape));
    }
    return found->second;
}

const std::string&
Safetensors::GetMetadata(const std::string& key, const std::string& path) const
{
    const auto found = metadata.find(key);
    if (found == metadata.end())
    {
        Refuse(path, "its metadata has no '" + key + "'");
    }
    return found->second;
}

uint64_t
Safetensors::GetCount(const std::string& key, const std::string& path) const
{
    const std::string& text = GetMetadata(key, path);
    uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
    {
        Refuse(path, "its metadata '" + key + "' is '" + text + "', not a number of 0 or more");
    }
    return value;
}

} // namespace sterna
} // namespace ns3
